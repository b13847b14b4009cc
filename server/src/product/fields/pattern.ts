import { RE2JS } from 're2js';

export const MAX_PATTERN_CHARACTERS = 500;
/**
 * The engine's time is the value's length times the program's size: 500 characters of "\pL{1000}" make 55,000 steps a
 * character, and an import would stand still. Ordinary patterns have less than a hundred.
 */
const MAX_PROGRAM_STEPS = 2_000;

/**
 * A customer's pattern as a test that takes time linear in the value's length, whatever the pattern (RE2). As in JSON
 * Schema the pattern is found anywhere in the value; ^ and $ make it whole. Null for a pattern that cannot be compiled or
 * is too large.
 */
export function compilePattern(pattern: string): ((value: string) => boolean) | null {
  if (pattern.length > MAX_PATTERN_CHARACTERS || pattern.includes('\0') || !pattern.isWellFormed()) return null;
  try {
    const compiled = RE2JS.compile(pattern);
    if (compiled.programSize() > MAX_PROGRAM_STEPS) return null;
    return (value) => compiled.matcher(value).find();
  } catch {
    return null;
  }
}
