import { type Complaint, complain, isTest, type SourceFile } from './source-file.ts';

const SERVER = 'server/src/';
const PRODUCT = 'server/src/product/';

type CallRule = {
  /** Whether the rule holds for a path. */
  where(path: string): boolean;
  pattern: RegExp;
  advice: string;
};

const operatorOutput = new Set([`${SERVER}main.ts`, `${SERVER}generate.ts`]);
/** The last one passes PATH and the like on to PostgreSQL's programs, and nothing else. */
const readsEnvironment = new Set([
  `${SERVER}config.ts`,
  `${SERVER}main.ts`,
  `${SERVER}platform/database/embedded/programs.ts`,
]);

/** What starts programs: PostgreSQL's, the builder of the console, and the operator's own for keys. No words of a caller. */
const startsPrograms = (path: string) =>
  path.startsWith(`${SERVER}platform/database/embedded/`) ||
  [`${SERVER}console-build.ts`, `${SERVER}providers/root-key/key-program.ts`].includes(path);

const CALL_RULES: readonly CallRule[] = [
  {
    where: (path) => path.startsWith(SERVER) && !operatorOutput.has(path),
    pattern: /\bconsole\s*\.|\bprocess\.(stdout|stderr)\.write\b/,
    advice: 'Write to the log (services.log): it is structured, levelled and free of personal data.',
  },
  {
    where: (path) => path.startsWith(SERVER) && !readsEnvironment.has(path),
    pattern: /\bprocess\.env\b/,
    advice: 'Only config.ts reads the environment: add a setting there and take it from the config.',
  },
  {
    where: (path) => path.startsWith(PRODUCT),
    pattern: /\bMath\.random\b/,
    advice:
      'Ids come from newId(), secrets from node:crypto, and choices from a stable hash, so that a test can repeat them.',
  },
  {
    where: (path) => path.startsWith(PRODUCT),
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bDateTime\.(now|local|utc)\(\s*\)|\bperformance\.now\b/,
    advice: 'Ask services.clock for the time, or the database for now(), so that a test can set it.',
  },
  {
    where: (path) => path.startsWith(SERVER) && !path.startsWith(`${SERVER}platform/outbound/`),
    pattern: /(?<![.\w])fetch\s*\(|\bfrom\s+'(node:)?(https|dns|dns\/promises|tls|http2)'/,
    advice: 'Call other systems through platform/outbound: it checks where a call leads, and follows no redirects.',
  },
  {
    where: (path) => path.startsWith(SERVER) && !path.startsWith(`${SERVER}platform/outbound/`),
    pattern:
      /\bimport\s+((\*\s+as\s+)?\w+|\{([^}]*,)?\s*(request|get|connect|createConnection|Socket|Agent|createSocket)\b[^}]*\})\s+from\s+'(node:)?(http|net|dgram)'/,
    advice: 'Call other systems through platform/outbound: nothing else opens a connection.',
  },
  {
    where: (path) => path.startsWith(SERVER) && !startsPrograms(path),
    pattern: /\bfrom\s+'(node:)?(child_process|cluster)'/,
    advice: 'No program is started here: what a caller says must not reach a command line.',
  },
  {
    where: () => true,
    pattern: /\beval\s*\(|\bnew\s+Function\b|(?<![.\w])Function\s*\(/,
    advice: 'No text is ever run as code: compile it to closures from a closed grammar, as merge tags are.',
  },
  {
    where: () => true,
    pattern: /\bfrom\s+'(node:)?vm'/,
    advice: 'node:vm is no wall and runs text as code: use a closed grammar.',
  },
  {
    where: (path) => path.startsWith(PRODUCT) && !mayHoldSql(path),
    pattern: /\b(tx|transaction|client|pool)\.(rows?|run|query)\s*[<(]/,
    advice: "Put the statement into the capability's store.ts and call it from here.",
  },
];

export function callRule(file: SourceFile): Complaint[] {
  if (isTest(file.path)) return [];
  return CALL_RULES.filter(({ where }) => where(file.path)).flatMap(({ pattern, advice }) =>
    // Imports name their module in a string, which the code view blanks out.
    complain(file, pattern.source.includes('from') ? file.uncommented : file.code, pattern, advice),
  );
}

function mayHoldSql(path: string): boolean {
  return /(^|\/|-)store\.ts$/.test(path) || /^server\/src\/platform\/(database|jobs)\//.test(path);
}

const SQL =
  /['"`]\s*(select\s[^'"`]*\sfrom\s|insert\s+into\s|update\s+[\w${}]+(\s+\w+)?\s+set\s|delete\s+from\s|with\s+\w+\s+as\s*\(|copy\s+[\w${}]+\s*\(|(create|alter|drop)\s+(table|index|unique|role|database)\s|truncate\s|lock\s+table\s|set\s+local\s|grant\s+\w+\s+on\s)/i;

/** SQL stands where its capability's other SQL stands, never built elsewhere. */
export function sqlRule(file: SourceFile): Complaint[] {
  if (!file.path.startsWith(SERVER) || isTest(file.path) || mayHoldSql(file.path)) return [];
  return complain(
    file,
    file.uncommented,
    SQL,
    "SQL stands in the capability's store.ts, as text with bound values ($1, $2 …).",
  );
}
