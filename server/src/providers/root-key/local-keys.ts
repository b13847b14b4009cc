import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { type RootKey, readWrapped, WrappingBroken, wrappedText } from './root-key.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

type LocalKey = { name: string; wrappingKey: Buffer };

function localKey(bytes: Buffer): LocalKey {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', bytes, Buffer.alloc(0), `nudgescribe ${purpose}`, length));
  return { name: `local:${derive('root key name', 8).toString('hex')}`, wrappingKey: derive('key wrapping', 32) };
}

/**
 * Root keys whose bytes this process holds (AES-256-GCM under a key derived from them, the place as associated data). The
 * first of those that `load` gives wraps, all of them open. They are loaded anew before anything is wrapped, and when
 * something was wrapped by one that is not known: so a rotation reaches a process that started before it.
 */
export async function createLocalRootKeys(load: () => Promise<readonly Buffer[]>): Promise<RootKey> {
  const read = async () => (await load()).map(localKey);
  let keys = await read();
  const first = () => {
    const [key] = keys;
    if (key === undefined) throw new WrappingBroken('There is no root key.');
    return key;
  };

  async function find(name: string): Promise<LocalKey> {
    let found = keys.find((key) => key.name === name);
    if (found === undefined) {
      keys = await read();
      found = keys.find((key) => key.name === name);
    }
    if (found === undefined) throw new WrappingBroken('This was wrapped by a root key that is not known here.');
    return found;
  }

  return {
    wrap: async (secret, boundTo) => {
      keys = await read();
      const { name, wrappingKey } = first();
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce).setAAD(Buffer.from(boundTo));
      return wrappedText(name, Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]));
    },
    unwrap: async (wrapped, boundTo) => {
      const { keyName, content } = readWrapped(wrapped);
      const { wrappingKey } = await find(keyName);
      try {
        const decipher = createDecipheriv('aes-256-gcm', wrappingKey, content.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(boundTo));
        decipher.setAuthTag(content.subarray(content.length - TAG_BYTES));
        const secret = content.subarray(NONCE_BYTES, content.length - TAG_BYTES);
        return Buffer.concat([decipher.update(secret), decipher.final()]);
      } catch {
        throw new WrappingBroken('This was altered, or wrapped for another place.');
      }
    },
    isCurrent: async (wrapped) => {
      keys = await read();
      return readWrapped(wrapped).keyName === first().name;
    },
    names: async () => {
      keys = await read();
      return keys.map(({ name }) => name);
    },
  };
}
