import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** As many as PostgreSQL takes for passwords that it hashes itself. */
const ITERATIONS = 4_096;

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * What PostgreSQL keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677), and takes in place of it: whoever reads the
 * statement in a log can check the password by it and not sign in with it.
 */
export function scramVerifier(password: string, salt: Buffer): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256');
  const storedKey = createHash('sha256').update(hmac(salted, 'Client Key')).digest();
  const serverKey = hmac(salted, 'Server Key');
  const encoded = [salt, storedKey, serverKey].map((bytes) => bytes.toString('base64'));
  return `SCRAM-SHA-256$${ITERATIONS}:${encoded[0]}$${encoded[1]}:${encoded[2]}`;
}
