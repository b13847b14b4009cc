export type Answer = {
  status: number;
  // Tests read answers of every shape; each states what it expects of them.
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the test is about
  body: any;
  text: string;
  headers: Headers;
};

export type CallOptions = {
  headers?: Record<string, string>;
  raw?: string | Uint8Array | ReadableStream;
  token?: string | null;
  query?: Record<string, string>;
};

/** Sends one call and reads the whole answer. */
export async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  options: CallOptions & { token: string | null },
): Promise<Answer> {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(options.query ?? {})) target.searchParams.set(name, value);
  const content = options.raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(target, {
    method,
    headers: {
      ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      ...(options.token === null ? {} : { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(content === undefined ? {} : { body: content as string, duplex: 'half' as const }),
  });
  const text = await response.text();
  let parsed: unknown = null;
  if (response.headers.get('content-type')?.includes('json')) parsed = JSON.parse(text);
  return { status: response.status, body: parsed, text, headers: response.headers };
}
