import { spawn } from 'node:child_process';
import { z } from 'zod';
import { platformFailures } from '../../platform/errors/platform-failures.ts';
import { type RootKey, readWrapped, WrappingBroken, wrappedText } from './root-key.ts';

const TIMEOUT_MS = 20_000;
const ANSWER_CHARACTERS = 64 * 1024;
export const PROGRAM_PREFIX = 'program:';

const base64 = z.base64().max(20_000);
const wrappedSchema = z.object({ key_id: z.string().regex(/^[\w:/-]{1,300}$/), ciphertext: base64 });
const unwrappedSchema = z.object({ plaintext: base64 });
const keySchema = z.object({ key_id: wrappedSchema.shape.key_id });

/** One question to the program: JSON in, JSON out. Secrets never stand in its arguments, nor in the log. */
function ask(command: readonly string[], question: Record<string, string>): Promise<unknown> {
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const away = (why: string) =>
      reject(platformFailures.dependency_away({ cause: new Error(`The root key's program ${why}.`) }));
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS });
    let answer = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (answer.length > ANSWER_CHARACTERS) child.kill('SIGKILL');
    });
    // A program that ends without reading is told by its exit code.
    child.stdin.on('error', () => undefined);
    child.on('error', () => away('could not be started'));
    child.on('close', (code) => {
      if (code === 2) {
        reject(new WrappingBroken('The root key does not open this.'));
        return;
      }
      if (code !== 0) {
        away(`ended with ${code ?? 'a signal'}`);
        return;
      }
      try {
        resolve(JSON.parse(answer));
      } catch {
        away('gave no JSON');
      }
    });
    child.stdin.end(JSON.stringify(question));
  });
}

function checked<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (!parsed.success)
    throw platformFailures.dependency_away({
      cause: new Error("The root key's program gave another answer than agreed."),
    });
  return parsed.data;
}

/**
 * A root key that never leaves a key management service: a program of the operator's speaks with it. It is started for
 * each question, reads one JSON object from its input and writes one to its output:
 *   { operation: "wrap", plaintext, context } → { key_id, ciphertext }
 *   { operation: "unwrap", key_id, ciphertext, context } → { plaintext }
 *   { operation: "current" } → { key_id }, the key that wraps now
 * Bytes are base64. Exit code 2 says that the service refuses to open it; any other but 0, that it is not reachable.
 */
export function createProgramRootKey(command: readonly string[]): RootKey {
  const current = async () => {
    const { key_id } = checked(keySchema, await ask(command, { operation: 'current' }));
    return `${PROGRAM_PREFIX}${key_id}`;
  };
  return {
    wrap: async (secret, boundTo) => {
      const question = { operation: 'wrap', plaintext: secret.toString('base64'), context: boundTo };
      const { key_id, ciphertext } = checked(wrappedSchema, await ask(command, question));
      return wrappedText(`${PROGRAM_PREFIX}${key_id}`, Buffer.from(ciphertext, 'base64'));
    },
    unwrap: async (wrapped, boundTo) => {
      const { keyName, content } = readWrapped(wrapped);
      if (!keyName.startsWith(PROGRAM_PREFIX))
        throw new WrappingBroken('This was wrapped by a root key of another kind.');
      const question = {
        operation: 'unwrap',
        key_id: keyName.slice(PROGRAM_PREFIX.length),
        ciphertext: content.toString('base64'),
        context: boundTo,
      };
      return Buffer.from(checked(unwrappedSchema, await ask(command, question)).plaintext, 'base64');
    },
    isCurrent: async (wrapped) => readWrapped(wrapped).keyName === (await current()),
    names: async () => [await current()],
  };
}
