import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { isUuid } from '../platform/ids/ids.ts';
import { type QuotaWish, setQuota } from '../product/usage/set-quota.ts';
import { USAGE_KINDS, type UsageKind } from '../product/usage/usage.ts';
import { UsageMistake } from './usage-mistake.ts';
import { withServices } from './with-services.ts';

function wishOf(text: string | undefined): QuotaWish {
  if (text === 'none') return null;
  if (text === 'general') return 'general';
  const number = text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(number)) throw new UsageMistake('--per-month needs a whole number, none or general.');
  return number;
}

/** `account quota`: what one account may use in a month. Returns the sentence to print. */
export async function setQuotaCommand(args: string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const { values } = parseArgs({
    args,
    options: { account: { type: 'string' }, kind: { type: 'string' }, 'per-month': { type: 'string' } },
  });
  const { account, kind } = values;
  if (!isUuid(account)) throw new UsageMistake('--account needs an id.');
  if (!(USAGE_KINDS as readonly string[]).includes(kind ?? ''))
    throw new UsageMistake(`--kind needs one of ${USAGE_KINDS.join(', ')}.`);
  const wish = wishOf(values['per-month']);
  await withServices(readConfig(environment), ({ database }) => setQuota(database, account, kind as UsageKind, wish));
  if (wish === 'general') return `The general quota for ${kind} holds for the account again.`;
  return wish === null
    ? `The account has no limit for ${kind}.`
    : `The account may use ${wish} ${kind} in a calendar month.`;
}
