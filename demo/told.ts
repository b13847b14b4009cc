/** A failure to be told in one sentence, without a stack: nothing is wrong with the program. */
export class Told extends Error {
  override readonly name = 'Told';
}
