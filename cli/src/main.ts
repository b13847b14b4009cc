#!/usr/bin/env node
import { CommanderError } from 'commander';
import { failureText } from './failure-text.ts';
import { buildProgram } from './program.ts';

const USAGE_EXIT = 2;

try {
  await buildProgram().parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has said what was wrong; asking for help is no mistake.
    process.exitCode = error.exitCode === 0 ? 0 : USAGE_EXIT;
  } else {
    const { text, exitCode } = failureText(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = exitCode;
  }
}
