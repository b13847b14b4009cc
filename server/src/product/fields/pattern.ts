import { RE2JS } from 're2js';

const MAX_PATTERN_CHARACTERS = 500;

/**
 * A customer's pattern as a test that takes time linear in the value's length, whatever the pattern (RE2). The pattern is
 * found anywhere in the value; ^ and $ make it whole. Null for a pattern that cannot be compiled.
 */
export function compilePattern(pattern: string): ((value: string) => boolean) | null {
  if (pattern.length > MAX_PATTERN_CHARACTERS) return null;
  try {
    const compiled = RE2JS.compile(pattern);
    return (value) => compiled.matcher(value).find();
  } catch {
    return null;
  }
}
