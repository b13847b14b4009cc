import type pg from 'pg';

/** A statement of which only the number of rows it touched is wanted. A Buffer is a value in Postgres' binary format. */
export type Statement = { text: string; values: readonly (string | number | Buffer | null)[] };

type Stream = { writable: boolean; cork(): void; uncork(): void; write(bytes: Buffer): boolean };
/** The driver's side of a connection, which its published types leave out. */
export type Wire = {
  stream: Stream;
  submittedNamedStatements: Record<string, string>;
  parse(query: { text: string }): void;
  execute(portal: Record<string, never>): void;
  sendCopyFail(message: string): void;
  sync(): void;
};

const TEXT = 0;
const BINARY = 1;

/**
 * The Bind message (PostgreSQL documentation, "Message Formats") in pieces, so that a large value goes to the socket from
 * where it lies: the driver's own writer copies it several times while its buffer grows.
 */
function bindMessage(values: Statement['values']): Buffer[] {
  const encoded = values.map((value) =>
    value === null || Buffer.isBuffer(value) ? value : Buffer.from(String(value)),
  );
  const head = Buffer.alloc(1 + 4 + 2 + 2 + 2 * values.length + 2);
  let at = 0;
  at = head.writeUInt8(0x42, at);
  // The length without the type byte; then the unnamed portal and the unnamed statement.
  at = head.writeInt32BE(head.length - 1 + encoded.reduce((sum, value) => sum + 4 + (value?.length ?? 0), 0) + 2, at);
  at = head.writeUInt16BE(0, at);
  at = head.writeInt16BE(values.length, at);
  for (const value of values) at = head.writeInt16BE(Buffer.isBuffer(value) ? BINARY : TEXT, at);
  head.writeInt16BE(values.length, at);
  const pieces: Buffer[] = [head];
  for (const value of encoded) {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : value.length);
    pieces.push(length);
    if (value !== null) pieces.push(value);
  }
  pieces.push(Buffer.alloc(2));
  return pieces;
}

/** As the driver writes: on a connection that has ended it says nothing, and its end is what is told. */
export function writeTo(stream: Stream, bytes: Buffer): void {
  if (stream.writable) stream.write(bytes);
}

/** Several statements in one message to Postgres and one answer: the driver waits for each before it sends the next. */
class Pipelined {
  readonly #statements: readonly Statement[];
  readonly #touched: number[] = [];
  readonly done: Promise<number[]>;
  #settle: { resolve(touched: number[]): void; reject(error: Error): void } | null = null;

  constructor(statements: readonly Statement[]) {
    this.#statements = statements;
    this.done = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  submit(connection: Wire): void {
    connection.stream.cork();
    for (const { text, values } of this.#statements) {
      connection.parse({ text });
      for (const piece of bindMessage(values)) writeTo(connection.stream, piece);
      connection.execute({});
    }
    connection.sync();
    connection.stream.uncork();
  }
  handleCommandComplete(message: { text: string }): void {
    this.#touched.push(Number(/(\d+)$/.exec(message.text)?.[1] ?? 0));
  }
  handleError(error: Error): void {
    this.#settle?.reject(error);
  }
  handleReadyForQuery(): void {
    this.#settle?.resolve(this.#touched);
  }
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

/**
 * Runs the statements in order, and gives how many rows each touched. When one fails the later ones are not run. The
 * memory of Buffers among the values may be used again once this has resolved.
 */
export async function runPipelined(client: pg.ClientBase, statements: readonly Statement[]): Promise<number[]> {
  const pipelined = new Pipelined(statements);
  client.query(pipelined as unknown as pg.Submittable);
  return pipelined.done;
}
