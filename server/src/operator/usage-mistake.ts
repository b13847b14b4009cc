/** A command that was written wrongly; the message says how it is written. */
export class UsageMistake extends Error {
  override readonly name = 'UsageMistake';
}
