/** A command that was written wrongly; the message says how it is written. */
export class UsageMistake extends Error {
  override readonly name = 'UsageMistake';
}

/** Whether the command was written wrongly: in our own words, or in those of parseArgs for what it does not know. */
export function isUsageMistake(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof UsageMistake || String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS_');
}
