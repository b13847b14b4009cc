/**
 * The key above all others: it wraps the secrets in the key store and is itself never there. As small as a key management
 * service offers it (encrypt and decrypt under a key that stays inside, with a context that must be the same), so that
 * bytes from the environment, a file or such a service fit behind it.
 */
export type RootKey = {
  /** Wraps a secret for one place; the text says by itself which key did so. */
  wrap(secret: Buffer, boundTo: string): Promise<string>;
  /** Throws WrappingBroken for another place, an altered text or a key that is not known here. */
  unwrap(wrapped: string, boundTo: string): Promise<Buffer>;
  /** Whether it was wrapped by the key that wraps now: what was not is to be wrapped anew by a rotation. */
  isCurrent(wrapped: string): Promise<boolean>;
  /** The names of the keys at hand, that of the one that wraps now first. */
  names(): Promise<string[]>;
};

export class WrappingBroken extends Error {
  override readonly name = 'WrappingBroken';
}

/** A wrapped text: the name of the key that wrapped, a dot, and what came out. */
export function wrappedText(keyName: string, content: Buffer): string {
  return `${keyName}.${content.toString('base64')}`;
}

export function readWrapped(wrapped: string): { keyName: string; content: Buffer } {
  const dot = wrapped.lastIndexOf('.');
  if (dot < 1) throw new WrappingBroken('This is not a wrapped key.');
  return { keyName: wrapped.slice(0, dot), content: Buffer.from(wrapped.slice(dot + 1), 'base64') };
}
