import { z } from 'zod';
import type { Transaction } from '../../platform/database/database.ts';
import { findReviewRules } from './store.ts';

export const MAX_QUORUM = 10;

/** What a workspace asks of an approval. */
export type ReviewRules = { two_person: boolean; quorum: number };

export const reviewRulesSchema = z.object({
  two_person: z
    .boolean()
    .describe('Whoever shaped a campaign, its author or an editor of its texts, cannot approve it.'),
  quorum: z.number().int().describe('How many different approvers the same content needs.'),
});

export const reviewWishSchema = z.strictObject({
  two_person: z.boolean().optional(),
  quorum: z.number().int().min(1).max(MAX_QUORUM).optional().describe(`1 to ${MAX_QUORUM}.`),
});

/** The rules of this workspace as they are now. */
export async function reviewRules(tx: Transaction, accountId: string, workspaceId: string): Promise<ReviewRules> {
  const rules = await findReviewRules(tx, accountId, workspaceId);
  if (rules === undefined) throw new Error('A workspace that was permitted is not there.');
  return rules;
}

/** Whether the second rules ask less than the first. */
export function isLowered(before: ReviewRules, after: ReviewRules): boolean {
  return after.quorum < before.quorum || (before.two_person && !after.two_person);
}
