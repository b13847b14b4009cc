import { z } from 'zod';
import type { CampaignRow } from './campaign.ts';
import { campaignFailures } from './errors.ts';

/** Amounts are kept as whole billionths of the currency, so that sums do not drift. */
const NANO = 1_000_000_000;
const TOKENS_A_PRICE = 1_000_000;

export type Price = { input: number; output: number; currency: string };

export const budgetSchema = z
  .strictObject({
    max_cost: z.number().min(0).max(1_000_000).nullable().optional().describe("In the currency of the writer's price."),
    max_model_calls: z.number().int().min(0).max(1_000_000_000).nullable().optional(),
  })
  .nullable()
  .describe(
    'What writing may cost at most over all runs, rewriting included. Each call of a language model is set aside before it is made, at the most it can cost.',
  );
export const spentSchema = z.object({
  model_calls: z.number().int(),
  cost: z.number().describe('Calls of which nothing was heard are counted at the most they can have cost.'),
  currency: z.string().nullable(),
});

/** `null` where nothing is limited. */
export type Budget = { max_cost: number | null; max_model_calls: number | null };

/** What a campaign has spent on language models, and what calls under way may cost at most. */
export type Spending = {
  spent_calls: number;
  spent_nano: number;
  held_calls: number;
  held_nano: number;
  spent_currency: string | null;
};

export function readBudget(wish: z.output<typeof budgetSchema>): Budget | null {
  const [cost, calls] = [wish?.max_cost ?? null, wish?.max_model_calls ?? null];
  return cost === null && calls === null ? null : { max_cost: cost, max_model_calls: calls };
}

/** What so many tokens cost, rounded up to a billionth. */
export function costNano(price: Price | null, tokens: { input: number; output: number }): number {
  if (price === null) return 0;
  return Math.ceil((tokens.input * price.input + tokens.output * price.output) * (NANO / TOKENS_A_PRICE));
}

export const amountOf = (nano: number): number => nano / NANO;

/** Throws budget_needs_price: a limit on cost that nobody can keep, as the writer is a model without a price. */
export function refuseUnpriced(budget: Budget | null, writer: { terms?: { price: Price | null } } | undefined): void {
  if (budget?.max_cost != null && writer?.terms !== undefined && writer.terms.price === null)
    throw campaignFailures.budget_needs_price();
}

/**
 * Throws budget_spent when one more call that may cost so much would go beyond the budget, counting what is under way, and
 * budget_needs_price where the cost of the calls cannot be compared with it.
 */
export function refuseBeyondBudget(
  campaign: Spending & { budget: Budget | null },
  nano: number,
  price: Price | null,
): void {
  const { budget } = campaign;
  if (budget === null) return;
  const calls = campaign.spent_calls + campaign.held_calls;
  if (budget.max_model_calls !== null && calls + 1 > budget.max_model_calls)
    throw campaignFailures.budget_spent({
      message: `The budget is spent: ${calls} of ${budget.max_model_calls} model calls are made. What was written is kept. Raise max_model_calls and generate again to go on.`,
    });
  if (budget.max_cost === null) return;
  if (price === null) throw campaignFailures.budget_needs_price();
  if (campaign.spent_currency !== null && campaign.spent_currency !== price.currency)
    throw campaignFailures.budget_other_currency();
  if (campaign.spent_nano + campaign.held_nano + nano > budget.max_cost * NANO)
    throw campaignFailures.budget_spent({
      message: `The budget is spent: of ${budget.max_cost} ${price.currency} are ${amountOf(campaign.spent_nano)} used, and the next model call may cost ${amountOf(nano)}. What was written is kept. Raise max_cost and generate again to go on.`,
    });
}

export function spentReply(campaign: Pick<CampaignRow, keyof Spending>): z.output<typeof spentSchema> {
  return {
    model_calls: campaign.spent_calls,
    cost: amountOf(campaign.spent_nano),
    currency: campaign.spent_currency,
  };
}
