export { type Client, createClient, type ImportState } from './client.ts';
export { NudgescribeError } from './errors.ts';
export type * from './generated.ts';
export type { Tokens } from './session.ts';
export type { CallOptions, ClientOptions, FileBody, UploadOptions } from './transport.ts';
export type { WaitOptions } from './waiting.ts';
