import { type Complaint, complain, type SourceFile } from './source-file.ts';

const MAX_LINES = 400;
const ASKED_LINES = 200;
const SCRIPT = /\.(ts|tsx|mjs|css)$/;
const GENERATED = 'sdk/src/generated.ts';

/** Names that say nothing about what is inside. */
const EMPTY_NAMES = new Set(
  'utils util common shared helpers helper lib libs core manager managers service misc base'.split(' '),
);

const lineCount = (text: string) => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** Files past the length that asks for a split, longest first; no failure by itself. */
export function longFiles(files: readonly SourceFile[]): { path: string; lines: number }[] {
  return files
    .filter(({ path }) => SCRIPT.test(path) && path !== GENERATED)
    .map(({ path, text }) => ({ path, lines: lineCount(text) }))
    .filter(({ lines }) => lines > ASKED_LINES)
    .sort((a, b) => b.lines - a.lines);
}

export function sizeRule(file: SourceFile): Complaint[] {
  if (!SCRIPT.test(file.path) || file.path === GENERATED) return [];
  const lines = lineCount(file.text);
  if (lines <= MAX_LINES) return [];
  return [
    {
      path: file.path,
      line: lines,
      advice: `This file has ${lines} lines of at most ${MAX_LINES}: split it by what changes together.`,
    },
  ];
}

export function nameRule({ path }: SourceFile): Complaint[] {
  const segments = path.split('/');
  const file = segments.at(-1) ?? '';
  const empty = segments
    .map((segment) => segment.split('.')[0] ?? '')
    .find((name) => EMPTY_NAMES.has(name.toLowerCase()));
  const complaints: Complaint[] = [];
  if (empty !== undefined)
    complaints.push({
      path,
      line: 0,
      advice: `Nothing is called "${empty}": name it after what a reader would look for.`,
    });
  if (/\.(ts|tsx|mjs)$/.test(file) && !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|e2e|config))?\.(ts|tsx|mjs)$/.test(file))
    complaints.push({ path, line: 0, advice: 'File names are kebab-case: lower-case words joined by hyphens.' });
  return complaints;
}

/** Words are put together here so that this file does not complain about itself. */
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX', 'HA' + 'CK'].join('|')})\\b`);
const MACHINE_PATH = new RegExp(`(^|[\\s'"\`(=:])(/(home|Users)/[a-z]|/${'root'}/|/${'work'}/|[A-Z]:\\\\Users)`);
const REGISTRY = new RegExp(`\\b(${'registry'}\\.|npm\\.pkg\\.)[a-z0-9.-]+\\.(com|org|io|dev)\\b`);

export function textRule(file: SourceFile): Complaint[] {
  const { text } = file;
  const complaints = [
    ...complain(
      file,
      text,
      UNFINISHED,
      'Nothing unfinished stays in the code: do it now, or write an issue and delete the note.',
    ),
    ...complain(
      file,
      text,
      MACHINE_PATH,
      'This path exists on one machine only: make it relative or take it from the settings.',
    ),
  ];
  if (/package-lock\.json$/.test(file.path))
    return complaints.concat(
      complain(
        file,
        text,
        /"resolved": "https?:/,
        'The lock file names no registry: install with omit-lockfile-registry-resolved=true (.npmrc) and write it again.',
      ),
    );
  return complaints.concat(
    complain(file, text, REGISTRY, 'No file names a package registry: leave it to the settings of whoever installs.'),
  );
}

export function moduleRule(file: SourceFile): Complaint[] {
  const complaints: Complaint[] = [];
  const isConfig = /\.config\.(ts|mjs|js)$/.test(file.path);
  if (!isConfig)
    complaints.push(
      ...complain(
        file,
        file.code,
        /\bexport\s+default\b|\bas\s+default\b/,
        'Exports have names: `export function …`, so that everybody calls it the same.',
      ),
    );
  const isEntry = file.path === 'sdk/src/index.ts';
  const rest = file.code.replace(/\b(import|export)\b[^;]*\bfrom\s*'[^']*';?/g, '').trim();
  const isBarrel = /\bexport\b[^;]*\bfrom\s*'/.test(file.code) && rest === '';
  if (!isEntry && isBarrel)
    complaints.push({
      path: file.path,
      line: 1,
      advice: 'No barrels: import from the file that has it, and delete this one.',
    });
  return complaints;
}

export function packageRule(file: SourceFile): Complaint[] {
  if (!/(^|\/)package\.json$/.test(file.path)) return [];
  const parsed = JSON.parse(file.text) as Record<string, unknown>;
  const complaints: Complaint[] = [];
  if (parsed.license !== 'Apache-2.0')
    complaints.push({ path: file.path, line: 1, advice: 'Say "license": "Apache-2.0", as LICENSE does.' });
  for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies']) {
    for (const [name, version] of Object.entries((parsed[kind] ?? {}) as Record<string, string>))
      if (!/^\d+\.\d+\.\d+/.test(version))
        complaints.push({ path: file.path, line: 1, advice: `Pin ${name} to one exact version, not ${version}.` });
  }
  return complaints;
}
