import { gunzipSync, gzipSync } from 'node:zlib';
import type { Transaction } from '../database/database.ts';
import { Failure, type FailureStatus } from '../errors/failure.ts';
import { platformFailures } from '../errors/platform-failures.ts';
import { isUuid } from '../ids/ids.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import type { Actor } from './endpoint.ts';
import { blankAnswersOf, findKept, insertKept, type KeptPlace, lockKey } from './kept-answers-store.ts';

/**
 * Idempotency keys (draft-ietf-httpapi-idempotency-key-header): a changing call that is sent again with the same key gets
 * the answer of the first one and has no second effect, for 24 hours.
 *
 * The answer is kept in the transaction of the change, so that after a crash either both are there or neither. While that
 * transaction runs it holds a lock on the key; a crash lets go of it. What was refused had no effect and is not kept: the
 * key may be used for the mended call. Of an answer that holds a secret nothing is kept but that it was given: who holds the
 * token and the key must not get the secret a second time.
 */
export type Outcome = { result: unknown } | { failure: Failure };

/** Seals answers under keys of the account; `place` is 16 bytes that an answer is bound to. */
export type AnswerSealer = { seal(place: Buffer, text: Buffer): Buffer; open(place: Buffer, sealed: Buffer): Buffer };

export type KeyedCall = {
  /**
   * Takes the key for this transaction. Throws AnsweredBefore, idempotency_key_in_use (409), idempotency_key_reused (422)
   * or idempotency_key_invalid (400).
   */
  begin(tx: Transaction): Promise<void>;
  /** Keeps the answer in the change's transaction. */
  keep(tx: Transaction, outcome: Outcome): Promise<void>;
};

/** Thrown where the first answer was found: the transaction has nothing to do. */
export class AnsweredBefore extends Error {
  override readonly name = 'AnsweredBefore';
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super('This call was answered before.');
    this.outcome = outcome;
  }
}

const KEY = /^[\x21-\x7e]{1,255}$/;
const LONGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** One call under a key. `content` is the keyed hash of its file, where it has one. */
export function keyedCall(
  actor: Actor,
  key: string,
  call: { name: string; fields: Record<string, unknown>; content: Buffer | null; answersSecret: boolean },
  sealer: AnswerSealer,
): KeyedCall {
  const placeIn = (tx: Transaction): KeptPlace => ({
    accountId: actor.accountId,
    userId: actor.userId,
    keyHash: tx.seal(`idempotency key 1\n${actor.accountId}\n${actor.userId}\n${key}`),
  });
  const callHash = (tx: Transaction) =>
    tx.seal(`idempotent call 1\n${call.name}\n${call.content?.toString('hex') ?? ''}\n${canonicalJson(call.fields)}`);

  return {
    begin: async (tx) => {
      if (!KEY.test(key)) throw platformFailures.idempotency_key_invalid();
      const place = placeIn(tx);
      if (!(await lockKey(tx, place))) throw platformFailures.idempotency_key_in_use({ retryAfterSeconds: 1 });
      const kept = await findKept(tx, place);
      if (kept === undefined) return;
      if (!kept.call_hash.equals(callHash(tx))) throw platformFailures.idempotency_key_reused();
      if (kept.sealed_answer.length === 0) throw platformFailures.idempotency_answer_gone();
      throw new AnsweredBefore(unpack(sealer.open(place.keyHash.subarray(0, 16), kept.sealed_answer)));
    },
    keep: async (tx, outcome) => {
      const place = placeIn(tx);
      const packed = call.answersSecret ? null : pack(outcome);
      const sealed =
        packed === null || packed.length > LONGEST_ANSWER_BYTES
          ? Buffer.alloc(0)
          : sealer.seal(place.keyHash.subarray(0, 16), packed);
      const campaignId = isUuid(call.fields.campaign_id) ? call.fields.campaign_id : null;
      await insertKept(tx, place, { call_hash: callHash(tx), sealed_answer: sealed, campaign_id: campaignId });
    },
  };
}

type Packed = { result: unknown } | { failure: { code: string; status: FailureStatus; message: string } & FailureBody };
type FailureBody = Pick<Failure['extras'], 'fields' | 'details' | 'body'>;

function pack(outcome: Outcome): Buffer {
  if ('result' in outcome) return gzipSync(JSON.stringify(outcome satisfies Packed));
  const { code, status, message, extras } = outcome.failure;
  const { fields, details, body } = extras;
  const failure = Object.fromEntries(
    Object.entries({ code, status, message, fields, details, body }).filter(([, value]) => value !== undefined),
  );
  return gzipSync(JSON.stringify({ failure }));
}

function unpack(packed: Buffer): Outcome {
  const kept = JSON.parse(gunzipSync(packed).toString()) as Packed;
  if ('result' in kept) return kept;
  const { code, status, message, ...extras } = kept.failure;
  return { failure: new Failure(code, { status, message }, extras) };
}

/** Forgets what calls about a campaign were answered, as texts in it were removed. Sent again, they are told that it is gone. */
export async function forgetAnswers(tx: Transaction, accountId: string, campaignId: string): Promise<void> {
  await blankAnswersOf(tx, accountId, campaignId);
}
