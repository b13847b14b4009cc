import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { Unsuccessful, UsageMistake } from './mistakes.ts';

/** The terminal, as commands see it. Answers go to stdout, everything beside them to stderr, so that both can be piped. */
export type Terminal = {
  /** True when there is somebody to ask. */
  isInteractive: boolean;
  print(text: string): void;
  note(text: string): void;
  /** Asks a question and gives the trimmed answer. Throws UsageMistake without a terminal. */
  ask(question: string): Promise<string>;
  /** As `ask`, but what is typed is not shown. */
  askSecret(question: string): Promise<string>;
};

/**
 * Reads one line. The interface is open only meanwhile, because while it is, Ctrl-C is a key and not a signal. A pasted
 * text brings several lines at once: those behind the first wait in `waiting` for the next question.
 */
function readLine(question: string, isSecret: boolean, waiting: string[]): Promise<string> {
  let isMuted = false;
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (!isMuted) process.stderr.write(chunk);
      done();
    },
  });
  const reader = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  return new Promise((resolve, reject) => {
    let answer: string | null = null;
    reader.on('line', (line) => {
      if (answer === null) {
        answer = line;
        // Lines of the same paste are told in the same turn, so they are all there by the next one.
        setImmediate(() => reader.close());
      } else waiting.push(line);
    });
    reader.on('SIGINT', () => reader.close());
    reader.on('close', () => {
      if (isSecret || answer === null) process.stderr.write('\n');
      if (answer === null) reject(new Unsuccessful('Stopped.'));
      else resolve(answer);
    });
    reader.setPrompt(question);
    reader.prompt();
    isMuted = isSecret;
  });
}

export function openTerminal(): Terminal {
  const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const waiting: string[] = [];
  // The reader of a pipe may stop early ("| head"): that is no failure of ours.
  process.stdout.on('error', () => process.exit(0));
  const ask = async (question: string, isSecret: boolean): Promise<string> => {
    if (!isInteractive)
      throw new UsageMistake(`There is no terminal to ask "${question.trim()}" on. Say it with options instead.`);
    return waiting.shift() ?? (await readLine(question, isSecret, waiting));
  };
  return {
    isInteractive,
    print: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    ask: async (question) => (await ask(question, false)).trim(),
    askSecret: (question) => ask(question, true),
  };
}
