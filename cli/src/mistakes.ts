/** The command was called wrongly: exit code 2. */
export class UsageMistake extends Error {
  override readonly name = 'UsageMistake';
}

/** The command was understood but did not come to a good end, for a reason told in its sentence: exit code 1. */
export class Unsuccessful extends Error {
  override readonly name = 'Unsuccessful';
}
