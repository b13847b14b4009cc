import type { DatabaseFacts } from '../platform/database/inspect.ts';
import { bad, type Finding, good, note } from './finding.ts';

const OLDEST_VERSION = 150_000;
const CLOCKS_APART_MS = 2_000;

const numberOf = (version: number) => `${Math.floor(version / 10_000)}.${version % 10_000}`;

/** What the database's own facts mean for the installation. */
export function checkDatabase(facts: DatabaseFacts): Finding[] {
  const findings: Finding[] = [];
  findings.push(
    facts.version >= OLDEST_VERSION
      ? good(`PostgreSQL is ${numberOf(facts.version)}.`)
      : bad(`PostgreSQL is ${numberOf(facts.version)}.`, 'Use PostgreSQL 15 or newer.'),
  );
  if (facts.isEncrypted === false)
    findings.push(
      bad('The connection to the database is in clear.', 'Add ?sslmode=verify-full to NUDGESCRIBE_DATABASE_URL.'),
    );
  for (const { name, value } of facts.settings)
    if (value === 'off')
      findings.push(bad(`${name} is off: what was acknowledged can be lost.`, `Set ${name} = on in postgresql.conf.`));
  findings.push(...checkStatementLog(facts));
  findings.push(
    Math.abs(facts.clockAheadMs) <= CLOCKS_APART_MS
      ? good('The clocks of server and database agree.')
      : bad(
          `The database's clock is ${Math.round(facts.clockAheadMs / 1_000)} s off this machine's.`,
          'Let both keep time with NTP: tokens, links and keys expire by it.',
        ),
  );
  if (facts.foreign.length > 0)
    findings.push(
      bad(
        `Migrations ran that this version does not have: ${facts.foreign.join(', ')}.`,
        'Start the version that they belong to.',
      ),
    );
  if (facts.pending.length > 0)
    findings.push(
      note(
        `${facts.pending.length} migrations are to be run.`,
        'Run "npm run operator -- migrate", or start the server.',
      ),
    );
  else findings.push(...checkWalls(facts));
  return findings;
}

/** Statements never hold values, their parameters do: what PostgreSQL logs of those, its log's readers can read. */
function checkStatementLog({ settings }: DatabaseFacts): Finding[] {
  const setTo = (name: string) => settings.find((setting) => setting.name === name)?.value ?? '0';
  const logsSome =
    ['mod', 'all'].includes(setTo('log_statement')) ||
    Number(setTo('log_transaction_sample_rate')) > 0 ||
    ['log_min_duration_statement', 'log_min_duration_sample'].some((name) => Number(setTo(name)) >= 0);
  const wrong = [
    ...(logsSome && setTo('log_parameter_max_length') !== '0' ? ['log_parameter_max_length'] : []),
    ...(setTo('log_parameter_max_length_on_error') === '0' ? [] : ['log_parameter_max_length_on_error']),
  ];
  if (wrong.length === 0) return [good("PostgreSQL's log holds no values of statements.")];
  return [
    bad(
      `PostgreSQL writes values of statements into its log: ${wrong.join(', ')}.`,
      `Set ${wrong.map((name) => `${name} = 0`).join(', ')} in postgresql.conf, and delete the logs there are.`,
    ),
  ];
}

function checkWalls({ roles, withoutWall }: DatabaseFacts): Finding[] {
  const findings: Finding[] = [];
  for (const role of roles) {
    const wrong = [
      role.isSuperuser && 'is a superuser',
      role.bypassesWalls && 'bypasses row level security',
      role.mayCreate && 'may create roles or databases',
      role.owns > 0 && `owns ${role.owns} tables or indexes`,
    ].filter((word) => word !== false);
    if (wrong.length > 0)
      findings.push(
        bad(
          `The role ${role.name} ${wrong.join(', ')}: the wall between tenants does not hold.`,
          'Take that from it; "npm run operator -- migrate" sets the attributes right.',
        ),
      );
  }
  if (roles.length < 2)
    findings.push(
      bad('A role of the server is missing.', 'Run "npm run operator -- migrate" as a role that may create roles.'),
    );
  if (withoutWall.length > 0)
    findings.push(
      bad(
        `Tables without the wall between tenants: ${withoutWall.join(', ')}.`,
        'Somebody changed them: restore row level security (forced) and the policy "tenant", and drop others that the server comes under.',
      ),
    );
  if (findings.length === 0) findings.push(good('Tenants are walled: forced row level security, roles without power.'));
  return findings;
}
