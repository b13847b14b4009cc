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

/** A call as it goes over the wire: where to, with which headers and content. */
export function sentCall(
  url: string,
  path: string,
  body: unknown,
  { headers, raw, query }: CallOptions,
): { target: URL; headers: Record<string, string>; content: CallOptions['raw'] } {
  const target = new URL(path, url);
  for (const [name, value] of Object.entries(query ?? {})) target.searchParams.set(name, value);
  const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const contentType = content === undefined ? {} : { 'content-type': 'application/json' };
  return { target, headers: { ...contentType, ...headers }, content };
}

/** An answer's JSON; null if it is said to be something else. Throws if it is said to be JSON and is not. */
export function jsonOf(contentType: string | null | undefined, text: string): Answer['body'] {
  return contentType?.includes('json') ? JSON.parse(text) : null;
}

/** Sends one call and reads the whole answer. */
export async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  { token, ...options }: CallOptions & { token: string | null },
): Promise<Answer> {
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
  const { target, headers, content } = sentCall(url, path, body, {
    ...options,
    headers: { ...authorization, ...options.headers },
  });
  const response = await fetch(target, {
    method,
    headers,
    ...(content === undefined ? {} : { body: content as string, duplex: 'half' as const }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: jsonOf(response.headers.get('content-type'), text),
    text,
    headers: response.headers,
  };
}
