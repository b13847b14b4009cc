import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { pipeline, Readable, Transform } from 'node:stream';
import { ObjectMissing, type ObjectStorage } from '../../providers/object-storage/object-storage.ts';
import type { AccountKeys } from './account-keys.ts';
import { SealBroken } from './seal-broken.ts';

/**
 * Sealed objects: AES-256-GCM in frames of 64 KiB after the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár,
 * "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015), so that a file of any length is sealed
 * and opened in constant memory, and a cut, reordered or exchanged frame is refused.
 *   header: format (1 byte, 1) | key version (2) | key commitment (16) | salt (32)
 *   frames: ciphertext | tag (16); nonce = frame number (8) | 0 0 0 | last-frame flag (1)
 * Each object has its own key: HKDF of the account's object secret, the salt, and the account and object key as context,
 * so an object opens under its own name only and a counter is a safe nonce.
 */
export const FRAME_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_FRAME_BYTES = FRAME_BYTES + TAG_BYTES;
const FORMAT = 1;
const HEADER_BYTES = 51;

function objectKeyFor(secret: Buffer, salt: Buffer, accountId: string, objectKey: string): KeyObject {
  return createSecretKey(
    Buffer.from(hkdfSync('sha256', secret, salt, `nudgescribe object ${accountId} ${objectKey}`, 32)),
  );
}

function nonceOf(frame: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(frame));
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

/** Cuts what flows through into pieces of exactly `size`, the last one shorter, and tells which is the last. */
function frames(
  size: number,
  onFrame: (frame: Buffer, isLast: boolean, push: (chunk: Buffer) => void) => void,
): Transform {
  const held: Buffer[] = [];
  let heldBytes = 0;
  const take = (bytes: number): Buffer => {
    const all = held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held, heldBytes);
    held.length = 0;
    const rest = all.subarray(bytes);
    if (rest.length > 0) held.push(rest);
    heldBytes = rest.length;
    return all.subarray(0, bytes);
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        held.push(chunk);
        heldBytes += chunk.length;
        // A full frame goes out only when more follows: whether it is the last is not known before.
        while (heldBytes > size) onFrame(take(size), false, (out) => this.push(out));
        done();
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      try {
        onFrame(take(heldBytes), true, (out) => this.push(out));
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  });
}

/** What sealing one object takes. It may be handed to a thread of this process, which can then seal this object only. */
export type ObjectSeal = { header: Uint8Array; key: KeyObject };

export function objectSeal(keys: AccountKeys, objectKey: string): ObjectSeal {
  const salt = randomBytes(32);
  const { version, commitment, objectSecret } = keys.current;
  return {
    key: objectKeyFor(objectSecret, salt, keys.accountId, objectKey),
    header: Buffer.concat([Buffer.from([FORMAT, version >> 8, version & 0xff]), commitment, salt]),
  };
}

/** Seals frame by frame, in order: each but the last has exactly FRAME_BYTES. The header stands before the first. */
export function frameSealer(seal: ObjectSeal): (plaintext: Uint8Array, isLast: boolean) => Buffer {
  let frame = 0;
  return (plaintext, isLast) => {
    const cipher = createCipheriv('aes-256-gcm', seal.key, nonceOf(frame, isLast));
    const sealed = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
    frame += 1;
    return Buffer.concat(frame === 1 ? [seal.header, ...sealed] : sealed);
  };
}

/** A transform that seals everything written to it as the object of this name. */
export function sealStream(keys: AccountKeys, objectKey: string): Transform {
  const sealFrame = frameSealer(objectSeal(keys, objectKey));
  return frames(FRAME_BYTES, (plaintext, isLast, push) => push(sealFrame(plaintext, isLast)));
}

function openFrames(key: KeyObject, firstFrame: number, skipBytes: number): Transform {
  let frame = firstFrame;
  let skip = skipBytes;
  return frames(SEALED_FRAME_BYTES, (sealed, isLast, push) => {
    if (sealed.length < TAG_BYTES) throw new SealBroken('This object ends too early.');
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(frame, isLast), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
    let plaintext: Buffer;
    try {
      plaintext = decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES));
      decipher.final();
    } catch {
      throw new SealBroken('This object was altered, cut or moved.');
    }
    frame += 1;
    const from = Math.min(skip, plaintext.length);
    skip -= from;
    if (plaintext.length > from) push(plaintext.subarray(from));
  });
}

/** The version of the account's key that an object was sealed by. Throws ObjectMissing, and SealBroken when it is none. */
export async function versionOfObject(objects: ObjectStorage, objectKey: string): Promise<number> {
  const header = await readStart(objects, objectKey);
  if (header.length !== HEADER_BYTES || header[0] !== FORMAT) throw new SealBroken('This is not a sealed object.');
  return header.readUInt16BE(1);
}

/** Whether an older version than this one sealed an object. One that is gone needs no key. */
export async function isSealedBefore(objects: ObjectStorage, objectKey: string, version: number): Promise<boolean> {
  try {
    return (await versionOfObject(objects, objectKey)) < version;
  } catch (error) {
    if (error instanceof ObjectMissing) return false;
    throw error;
  }
}

async function readStart(objects: ObjectStorage, objectKey: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of objects.get(objectKey, { start: 0, end: HEADER_BYTES - 1 })) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function readHeader(objects: ObjectStorage, keys: AccountKeys, objectKey: string): Promise<KeyObject> {
  const header = await readStart(objects, objectKey);
  if (header.length !== HEADER_BYTES || header[0] !== FORMAT) throw new SealBroken('This is not a sealed object.');
  const version = keys.version(header.readUInt16BE(1));
  if (version === undefined || !version.commitment.equals(header.subarray(3, 19)))
    throw new SealBroken('This object was sealed under another key.');
  return objectKeyFor(version.objectSecret, header.subarray(19, HEADER_BYTES), keys.accountId, objectKey);
}

/** Stores a stream as a sealed object. Resolves when it is durable; a failing source leaves nothing behind. */
export async function writeSealed(
  objects: ObjectStorage,
  keys: AccountKeys,
  objectKey: string,
  content: Readable,
): Promise<void> {
  const sealing = sealStream(keys, objectKey);
  // pipeline also ends the sealing of a source that closed early, or was broken before: the store would wait for ever.
  pipeline(content, sealing, () => undefined);
  try {
    await objects.put(objectKey, sealing);
  } catch (error) {
    content.destroy();
    throw error;
  }
}

/**
 * The plaintext of a sealed object from a byte offset on, opened frame by frame. Errors on the stream: SealBroken, or
 * ObjectMissing. Reading may be given up at any time by destroying the stream.
 */
export function readSealed(objects: ObjectStorage, keys: AccountKeys, objectKey: string, fromByte = 0): Readable {
  // At a frame's edge reading begins one frame before: behind the last byte there is no frame that could be opened, and
  // whether the object ends there or was cut is told by its last frame only.
  const firstFrame = Math.max(0, Math.ceil(fromByte / FRAME_BYTES) - 1);
  async function* plaintext() {
    const key = await readHeader(objects, keys, objectKey);
    const sealed = objects.get(objectKey, { start: HEADER_BYTES + firstFrame * SEALED_FRAME_BYTES });
    const opening = openFrames(key, firstFrame, fromByte - firstFrame * FRAME_BYTES);
    sealed.on('error', (error) => opening.destroy(error));
    sealed.pipe(opening);
    try {
      yield* opening;
    } finally {
      sealed.destroy();
    }
  }
  return Readable.from(plaintext(), { objectMode: false, highWaterMark: 4 * FRAME_BYTES });
}

/** All of a small sealed object's plaintext. Throws SealBroken, or ObjectMissing. */
export async function readWhole(objects: ObjectStorage, keys: AccountKeys, objectKey: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of readSealed(objects, keys, objectKey)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
