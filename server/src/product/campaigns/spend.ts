import type { Transaction } from '../../platform/database/database.ts';
import { costNano, type Price, refuseBeyondBudget } from './budget.ts';
import type { CampaignRow } from './campaign.ts';
import { addSpending } from './store.ts';

/**
 * Sets aside what one model call of the locked campaign may cost at most, in billionths. Throws budget_spent,
 * budget_needs_price, budget_other_currency.
 */
export async function holdCall(
  tx: Transaction,
  campaign: CampaignRow,
  price: Price | null,
  mostTokens: { input: number; output: number },
): Promise<number> {
  const nano = costNano(price, mostTokens);
  refuseBeyondBudget(campaign, nano, price);
  await addSpending(tx, campaign, { heldCalls: 1, heldNano: nano, spentCalls: 0, spentNano: 0, currency: null });
  return nano;
}

/** Replaces what was set aside for calls of a locked campaign by what they are counted as. */
export async function settleCalls(
  tx: Transaction,
  campaign: { account_id: string; campaign_id: string },
  held: { calls: number; nano: number },
  spent: { calls: number; nano: number; currency: string | null },
): Promise<void> {
  await addSpending(tx, campaign, {
    heldCalls: -held.calls,
    heldNano: -held.nano,
    spentCalls: spent.calls,
    spentNano: spent.nano,
    currency: spent.currency,
  });
}
