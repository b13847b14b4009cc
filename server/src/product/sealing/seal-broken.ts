/** Sealed bytes that were altered, moved, cut, or sealed under another key. Never says which of them it was. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}
