import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One file of the repository, as the house rules see it. */
export type SourceFile = {
  /** From the repository's root, with slashes. */
  path: string;
  text: string;
  /** The code with comments blanked out. Empty when the file is not TypeScript or JavaScript. */
  uncommented: string;
  /** The code with comments and the insides of strings blanked out. */
  code: string;
};

/** What a rule says: where, and what to do instead. */
export type Complaint = { path: string; line: number; advice: string };

/** Tests, and what stands beside them for tests only (test-….ts). */
export function isTest(path: string): boolean {
  return path.endsWith('.test.ts') || path.startsWith('server/test/') || /(^|\/)test-[^/]*\.ts$/.test(path);
}

const SKIPPED = new Set(['node_modules', '.git', 'dist', 'data', 'demo-data', 'demo-output', 'coverage']);
const TEXT = /\.(ts|tsx|mjs|js|json|md|sql|css|html|yml|yaml|sh)$|^[^.]*$|^\.[a-z]+$/;
const SCRIPT = /\.(ts|tsx|mjs|js)$/;

/** Every text file below a folder that is ours: no dependencies, no data, nothing built. */
export function readSources(root: string, folder = ''): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry): SourceFile[] => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : readSources(root, path);
    // In a second worktree .git is a file that names a folder of that machine.
    if (!entry.isFile() || SKIPPED.has(entry.name) || !TEXT.test(entry.name)) return [];
    return [sourceFile(path, readFileSync(join(root, path), 'utf8'))];
  });
}

export function sourceFile(path: string, text: string): SourceFile {
  if (!SCRIPT.test(path)) return { path, text, uncommented: '', code: '' };
  return { path, text, uncommented: blank(text, false), code: blank(text, true) };
}

/** A complaint for each match of a pattern, at its line. */
export function complain(file: SourceFile, text: string, pattern: RegExp, advice: string): Complaint[] {
  const all = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
  return [...text.matchAll(all)].map((match) => ({ path: file.path, line: lineAt(text, match.index), advice }));
}

export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

/** The modules a file imports, as written. */
export function importsOf(file: SourceFile): { module: string; line: number; typeOnly: boolean }[] {
  const pattern = /\b(import|export)\s+(type\s+)?(?:[^'";]*?\bfrom\s+)?'([^'\n]+)'|\bimport\(\s*'([^'\n]+)'/g;
  return [...file.uncommented.matchAll(pattern)].map((match) => ({
    module: match[3] ?? match[4] ?? '',
    line: lineAt(file.uncommented, match.index),
    typeOnly: match[2] !== undefined,
  }));
}

/** Where a relative import leads, from the repository's root. */
export function targetOf(file: SourceFile, module: string): string {
  const url = new URL(module, `file:///${file.path}`);
  return url.pathname.slice(1);
}

const spaces = (text: string) => text.replace(/[^\n]/g, ' ');

/**
 * Replaces comments, and if asked the insides of strings, templates and patterns, by blanks of the same length, so that
 * positions stay. Code inside a template's ${…} stays code.
 */
function blank(text: string, strings: boolean): string {
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|(?<=(?:[(,=:[!&|?{};+>]|\breturn|\bcase)\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|[`{}]/g;
  // Depths of open braces at which a template goes on.
  const templates: number[] = [];
  let depth = 0;
  let out = '';
  let at = 0;
  const template = (from: number): number => {
    const part = /(?:\\[\s\S]|(?!\$\{)[^`\\])*(?:`|\$\{|$)/y;
    part.lastIndex = from;
    const found = part.exec(text)?.[0] ?? '';
    out += strings ? spaces(found) : found;
    if (found.endsWith('${')) templates.push(depth++);
    return from + Math.max(found.length, 1);
  };
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) return out + text.slice(at);
    out += text.slice(at, match.index);
    const found = match[0];
    at = match.index + found.length;
    if (found.startsWith('//') || found.startsWith('/*')) out += spaces(found);
    else if (found === '`') {
      out += '`';
      at = template(at);
    } else if (found === '{') {
      depth += 1;
      out += found;
    } else if (found === '}') {
      depth -= 1;
      out += found;
      if (templates.at(-1) === depth) {
        templates.pop();
        at = template(at);
      }
    } else out += strings && found.length > 1 ? `${found[0]}${spaces(found.slice(1, -1))}${found.at(-1)}` : found;
  }
}
