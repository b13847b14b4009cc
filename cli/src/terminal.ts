import { createInterface } from 'node:readline/promises';
import { UsageMistake } from './mistakes.ts';

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

const CONTROL_C = '\u0003';
const BACKSPACES = new Set(['\u007f', '\b']);

function readHidden(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  return new Promise((resolve, reject) => {
    let typed = '';
    const end = () => {
      stdin.off('data', read);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write('\n');
    };
    const read = (text: string) => {
      for (const character of text) {
        if (character === CONTROL_C) {
          end();
          reject(new UsageMistake('Stopped.'));
          return;
        }
        if (character === '\r' || character === '\n') {
          end();
          resolve(typed);
          return;
        }
        typed = BACKSPACES.has(character) ? typed.slice(0, -1) : typed + character;
      }
    };
    stdin.on('data', read);
  });
}

export function openTerminal(): Terminal {
  const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const needTerminal = (question: string) => {
    if (!isInteractive)
      throw new UsageMistake(`There is no terminal to ask "${question.trim()}" on. Say it with options instead.`);
  };
  // The reader of a pipe may stop early ("| head"): that is no failure of ours.
  process.stdout.on('error', () => process.exit(0));
  return {
    isInteractive,
    print: (text) => process.stdout.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    ask: async (question) => {
      needTerminal(question);
      const reader = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return (await reader.question(question)).trim();
      } finally {
        reader.close();
      }
    },
    askSecret: async (question) => {
      needTerminal(question);
      return readHidden(question);
    },
  };
}
