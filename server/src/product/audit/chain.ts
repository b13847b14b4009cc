import { createHash, createHmac, createPrivateKey, createPublicKey, createSecretKey, sign, verify } from 'node:crypto';
import { moment } from './event.ts';

/**
 * The chain of an account's events and its signed checkpoints. Hash-chained logs: Haber and Stornetta, "How to
 * Time-Stamp a Digital Document" (1991); keyed sealing at the moment of writing: Schneier and Kelsey, "Secure Audit Logs
 * to Support Computer Forensics" (1999). Signatures are Ed25519 (RFC 8032).
 */
export type Checkpoint = {
  accountId: string;
  number: number;
  position: number;
  linkHash: Buffer;
  signedAt: Date;
};

export type AuditKeys = {
  /** Keyed hash of a canonical event (HMAC-SHA-256). */
  seal(canonicalText: string): Buffer;
  sign(checkpoint: Checkpoint): Buffer;
  signatureFits(checkpoint: Checkpoint, signature: Buffer): boolean;
};

/** PKCS #8 (RFC 8410, section 7) of an Ed25519 key, up to its 32 secret bytes. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function checkpointText(checkpoint: Checkpoint): Buffer {
  const { accountId, number, position, linkHash, signedAt } = checkpoint;
  return Buffer.from(
    `nudgescribe audit checkpoint 1\n${accountId}\n${number}\n${position}\n${linkHash.toString('hex')}\n${moment(signedAt)}\n`,
  );
}

/** Both keys are 32 bytes derived from the root key, each for its one purpose. */
export function createAuditKeys(sealingKey: Buffer, signingSeed: Buffer): AuditKeys {
  const privateKey = createPrivateKey({
    key: Buffer.concat([ED25519_PREFIX, signingSeed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey);
  // A key object: Node makes one anew of bytes at every call, which takes four times as long as the hash.
  const sealing = createSecretKey(sealingKey);
  return {
    seal: (text) => createHmac('sha256', sealing).update(text).digest(),
    sign: (checkpoint) => sign(null, checkpointText(checkpoint), privateKey),
    signatureFits: (checkpoint, signature) => verify(null, checkpointText(checkpoint), publicKey, signature),
  };
}

/** What the first link of an account stands on. */
export function genesis(accountId: string): Buffer {
  return createHash('sha256').update(`nudgescribe audit genesis 1\n${accountId}\n`).digest();
}

/** The hash at a position: over the one before, the position and the event's own hash. */
export function linkHash(previous: Buffer, position: number, eventHash: Buffer): Buffer {
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(BigInt(position));
  return createHash('sha256')
    .update('nudgescribe audit link 1\n')
    .update(previous)
    .update(place)
    .update(eventHash)
    .digest();
}
