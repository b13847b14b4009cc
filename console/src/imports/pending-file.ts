import { useSyncExternalStore } from 'react';

/** The file somebody dropped or picked, on its way to the import page. In memory only: a file cannot stand in an address. */
let pending: File | null = null;
const listeners = new Set<() => void>();

export function setPendingFile(file: File | null): void {
  pending = file;
  for (const listener of listeners) listener();
}

export function usePendingFile(): File | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => pending,
  );
}
