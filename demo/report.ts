import { relative } from 'node:path';
import type { Outcome } from './flow.ts';
import { type Screen, seconds, tableLines, thousands, wrapped } from './screen.ts';

const SHOWN_SEGMENTS = 15;
const TEXT_WIDTH = 88;

const near = (path: string) => {
  const way = relative(process.cwd(), path);
  return way === '' || way.startsWith('..') ? path : way;
};

function showSegments(screen: Screen, { segments, reading }: Outcome): void {
  const largest = segments.segments.toSorted((left, right) => right.size - left.size);
  const rows = largest
    .slice(0, SHOWN_SEGMENTS)
    .map((segment) => [
      segment.label,
      thousands(segment.size),
      `${((100 * segment.size) / Math.max(1, segments.total_customers)).toFixed(1)} %`,
    ]);
  screen.line();
  screen.line(reading.segmentBy.length === 0 ? 'Segments: no column is open for segments' : 'Segments');
  for (const text of tableLines(['segment', 'customers', 'share'], rows)) screen.line(text);
  const hidden = largest.slice(SHOWN_SEGMENTS);
  if (hidden.length > 0)
    screen.line(
      `  and ${hidden.length} smaller ones with ${thousands(hidden.reduce((sum, { size }) => sum + size, 0))} customers`,
    );
}

function showReaders(screen: Screen, { readers }: Outcome): void {
  screen.line();
  screen.line('As three customers read it');
  for (const { message, subject, preheader, text } of readers) {
    screen.line();
    screen.line(`  ${message.segment.label}   (${message.technique.replaceAll('_', ' ')})`);
    if (subject !== null) for (const line of wrapped(`Subject: ${subject}`, TEXT_WIDTH, '  │ ')) screen.line(line);
    if (preheader !== null)
      for (const line of wrapped(`Preheader: ${preheader}`, TEXT_WIDTH, '  │ ')) screen.line(line);
    for (const line of wrapped(text, TEXT_WIDTH, '  │ ')) screen.line(line);
  }
}

/** What came of it: segments, three messages, and the time of each step. */
export function showOutcome(
  screen: Screen,
  outcome: Outcome,
  outputDir: string,
  times: readonly { step: string; ms: number }[],
  totalMs: number,
): void {
  showSegments(screen, outcome);
  showReaders(screen, outcome);
  screen.line();
  screen.line('Time');
  const rows = [
    ...times.map(({ step, ms }) => [step, (ms / 1000).toFixed(1)]),
    ['Everything', (totalMs / 1000).toFixed(1)],
  ];
  for (const text of tableLines(['step', 'seconds'], rows)) screen.line(text);
  screen.line();
  screen.line(
    `${thousands(outcome.manifest.rows)} customers have their message in ${near(outputDir)}/ (${outcome.manifest.parts.length} × .csv and manifest.json), ${seconds(totalMs)} after the start.`,
  );
}

/** How to go on with the server that is still running. */
export function showWaysOn(
  screen: Screen,
  outcome: Outcome,
  at: { url: string; credentialsPath: string; logPath: string },
): void {
  const lines = [
    'The server is still running. Ctrl-C stops it; "npm run demo" begins another run on the same data.',
    '',
    `  API           ${at.url}`,
    `  API page      ${at.url}/docs`,
    `  Credentials   ${near(at.credentialsPath)}`,
    `  Server's log  ${near(at.logPath)}`,
    '',
    'In another terminal:',
    '',
    `  npm run nudgescribe -- login --credentials ${near(at.credentialsPath)} --url ${at.url} --workspace ${outcome.workspaceId}`,
    '  npm run nudgescribe -- campaign list',
    `  npm run nudgescribe -- campaign review ${outcome.campaignId}`,
    `  npm run nudgescribe -- rerun ${outcome.campaignId} --group ${outcome.groupId}`,
  ];
  screen.line();
  for (const text of lines) screen.line(text);
}
