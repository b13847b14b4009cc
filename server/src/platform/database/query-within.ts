import pg from 'pg';
import { type Wire, writeTo } from './pipelined.ts';

/** A statement that each connection plans once. */
export type Prepared = { readonly name: string; readonly text: string };

/** What goes to Postgres before and after a statement in the same message, each one statement without values. */
export type Around = { before: readonly string[]; after: readonly string[] };

type Told = (error: Error | null, result: never) => void;

/** The driver's own query as it is: its published types have the methods that are overridden here as properties. */
const DriverQuery = pg.Query as unknown as new (
  query: object,
  values: unknown[] | undefined,
  told: Told,
) => {
  name: string | undefined;
  submit(connection: Wire): Error | null;
  _getRows(connection: Wire): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, connection: Wire): void;
  handleCopyInResponse(connection: Wire): void;
  handleError(error: Error, connection: Wire): void;
};

/** Bind and Execute of the unnamed statement, without values (PostgreSQL documentation, "Message Formats"). */
const RUN_UNNAMED = Buffer.from([0x42, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0]);

/** The messages that parse and run the statements, in one piece: a socket takes one large write sooner than many small. */
function messagesOf(statements: readonly string[]): Buffer {
  return Buffer.concat(
    statements.flatMap((text) => {
      const parse = Buffer.alloc(1 + 4 + 1 + Buffer.byteLength(text) + 1 + 2);
      parse.writeUInt8(0x50, 0);
      parse.writeInt32BE(parse.length - 1, 1);
      parse.write(text, 6);
      return [parse, RUN_UNNAMED];
    }),
  );
}

/** A statement that is sent together with others around it, of whose answers nothing is wanted. */
class QueryWithin extends DriverQuery {
  readonly #around: Around;
  readonly #ownName: string | undefined;
  /** How many statements end before this one does. */
  #ahead: number;
  #isDone = false;

  constructor(around: Around, query: string | Prepared, values: unknown[] | undefined, told: Told) {
    // The driver's simple protocol would leave out the Sync that Postgres looks for after an error.
    super({ ...(typeof query === 'string' ? { text: query } : query), queryMode: 'extended' }, values, told);
    this.#around = around;
    this.#ahead = around.before.length;
    this.#ownName = this.name;
  }

  override submit(connection: Wire): Error | null {
    connection.stream.cork();
    try {
      writeTo(connection.stream, messagesOf(this.#around.before));
      return super.submit(connection);
    } finally {
      connection.stream.uncork();
      // The driver holds a named statement for known as soon as something was parsed: not before it was this one.
      this.name = undefined;
    }
  }

  /** The end of what the driver sends: it asks for all rows, and then for an answer. */
  override _getRows(connection: Wire): void {
    connection.execute({});
    writeTo(connection.stream, messagesOf(this.#around.after));
    connection.sync();
  }

  override handleDataRow(message: unknown): void {
    if (this.#ahead === 0) super.handleDataRow(message);
  }

  override handleCommandComplete(message: unknown, connection: Wire): void {
    if (this.#ahead > 0) {
      this.#ahead -= 1;
      if (this.#ahead === 0) this.name = this.#ownName;
    } else if (!this.#isDone) {
      this.#isDone = true;
      super.handleCommandComplete(message, connection);
    }
  }

  /** COPY needs a stream. The Sync that was sent with it has been passed over; without one Postgres answers no more. */
  override handleCopyInResponse(connection: Wire): void {
    connection.sendCopyFail('COPY goes through the driver’s client.');
    if (this.#around.after.length === 0) connection.sync();
  }

  override handleError(error: Error, connection: Wire): void {
    // One of those before has failed, and Postgres has not looked at this one.
    if (this.#ahead > 0 && this.#ownName !== undefined) delete connection.submittedNamedStatements[this.#ownName];
    super.handleError(error, connection);
  }
}

/**
 * Runs a statement between others, all in one message to Postgres and one answer. When one fails the later ones are not
 * run: a transaction that was begun before is still open then.
 */
export async function queryWithin<R extends pg.QueryResultRow>(
  client: pg.ClientBase,
  around: Around,
  query: string | Prepared,
  values?: unknown[],
): Promise<pg.QueryResult<R>> {
  try {
    return await new Promise<pg.QueryResult<R>>((resolve, reject) => {
      const told = (error: Error | null, result: pg.QueryResult<R>) =>
        error === null ? resolve(result) : reject(error);
      client.query(new QueryWithin(around, query, values, told) as unknown as pg.Submittable);
    });
  } catch (error) {
    // The driver's stack leads to its socket only; this one leads to who asked.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}
