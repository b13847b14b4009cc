import type { Tokens } from './session.ts';

export type ClientOptions = {
  /** Where the server answers, for example https://nudgescribe.example. */
  baseUrl: string;
  /** Needed for signing in. */
  apiKey?: string | undefined;
  accessToken?: string | undefined;
  refreshToken?: string | undefined;
  /**
   * `cookie`: for pages that the server itself gives out. The browser keeps the session (`client.sessions.begin`), and the
   * client adds the CSRF token that the session tells. Default `tokens`.
   */
  credentials?: 'tokens' | 'cookie' | undefined;
  /** Told of every new pair, so that a program can keep it. */
  onTokens?: ((tokens: Tokens) => void) | undefined;
  /** Stands in for the global fetch. */
  fetch?: typeof globalThis.fetch | undefined;
  /** How long one call may take; default 60,000. Uploads and streams have no limit unless the call sets one. */
  timeoutMs?: number | undefined;
};

export type CallOptions = {
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
  headers?: Record<string, string> | undefined;
};

export type FileBody = ReadableStream<Uint8Array> | Blob | string | Uint8Array;

export type UploadOptions = CallOptions & {
  contentType: 'text/csv' | 'application/x-ndjson';
  /** true packs the file on its way; 'already' says that it is packed. */
  gzip?: boolean | 'already' | undefined;
  /** Told how many bytes of the file have been handed to the connection. */
  onProgress?: ((sentBytes: number) => void) | undefined;
};

/** What the generated calls know of an endpoint. */
export type CallSpec = {
  name: string;
  method: string;
  path: string;
  credentials: 'none' | 'api_key' | 'refresh' | 'token';
  /** A second one changes nothing, so it is sent again when the connection breaks or the server is busy. */
  reads: boolean;
  answer: 'json' | 'text' | 'stream';
};

export type Content = { body?: unknown; parameters?: Record<string, unknown>; file?: FileBody };

export type Send = <Reply>(spec: CallSpec, content: Content, options: CallOptions | UploadOptions) => Promise<Reply>;
