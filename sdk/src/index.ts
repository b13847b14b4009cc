export type { CallOptions, ClientOptions, FileBody, UploadOptions } from './call.ts';
export { type Client, createClient } from './client.ts';
export { NudgescribeError } from './errors.ts';
export type * from './generated.ts';
export type { Tokens } from './session.ts';
export type { WaitOptions } from './waiting.ts';
