/** A command that was called wrongly; the usage is shown with it. */
export class UsageMistake extends Error {
  override readonly name = 'UsageMistake';
}
