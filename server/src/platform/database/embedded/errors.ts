/** The database of this machine cannot be started. The message says why and what to do, for the operator's eyes. */
export class EmbeddedDatabaseFailed extends Error {
  override readonly name: string = 'EmbeddedDatabaseFailed';
}

/** Another server works on the same data folder. */
export class DataFolderInUse extends EmbeddedDatabaseFailed {
  override readonly name = 'DataFolderInUse';
  constructor(dataDir: string) {
    super(
      `Another Nudgescribe server is already using the data folder ${dataDir}. Stop it first, or set NUDGESCRIBE_DATA_DIR to another folder.`,
    );
  }
}

const OWN_DATABASE = 'or set NUDGESCRIBE_DATABASE_URL to a PostgreSQL server of your own';

/** What Postgres or the system says, and what to tell the operator about it. */
const REASONS: [RegExp, string][] = [
  [/No space left on device|ENOSPC|EDQUOT|disk quota/i, 'The disk is full. Free some space and start again.'],
  [
    /Read-only file system|EROFS/i,
    'The data folder is on a read-only file system. Set NUDGESCRIBE_DATA_DIR to a folder that can be written.',
  ],
  [
    /could not look up effective user ID/i,
    `The user that runs the server has no name on this system, and PostgreSQL insists on one. Add it to /etc/passwd, ${OWN_DATABASE}.`,
  ],
  [
    /cannot be run as root|must not be owner/i,
    `PostgreSQL refuses to run with administrator rights. Run the server as an ordinary user, ${OWN_DATABASE}.`,
  ],
  [
    /error while loading shared libraries|dyld.*Library not loaded|cannot open shared object/i,
    `A system library that PostgreSQL needs is missing (see the detail below). Install it, ${OWN_DATABASE}.`,
  ],
  [
    /could not (create|map|resize).*shared memory|Cannot allocate memory|ENOMEM/i,
    'There is not enough memory for the database. Free some memory and start again.',
  ],
  [
    /EACCES|EPERM|unable to open database file|readonly database|Permission denied|Operation not permitted/i,
    'The data folder cannot be written by the user that runs the server. Give that user the folder, or set NUDGESCRIBE_DATA_DIR to another one.',
  ],
];

/**
 * Turns what Postgres printed, or a system error, into one sentence with what to do, followed by the last lines of
 * the detail. Only for output of start-up, which holds no values of customers.
 */
export function explainFailure(doing: string, said: string, cause?: unknown): EmbeddedDatabaseFailed {
  const reason = REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? `See the detail below, ${OWN_DATABASE}.`;
  const detail = said
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(-6)
    .join('\n  ')
    .slice(0, 2_000);
  return new EmbeddedDatabaseFailed(
    `${doing} failed. ${reason}${detail === '' ? '' : `\n  ${detail}`}`,
    cause === undefined ? undefined : { cause },
  );
}

/** Runs a step on the data folder and explains what the system refuses. */
export async function explaining<T>(doing: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof EmbeddedDatabaseFailed) throw error;
    if (error instanceof Error && 'code' in error) throw explainFailure(doing, error.message, error);
    throw error;
  }
}
