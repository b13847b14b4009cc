/** A backup that cannot be made or restored as it was asked; the message says what to do. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}
