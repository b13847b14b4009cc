/** The token of a one-time link, taken out of the address at once: neither the history nor a copied address keeps it. */
export function takeLinkToken(): string | null {
  const { pathname, hash } = window.location;
  if (pathname !== '/choose-password') return null;
  window.history.replaceState(null, '', pathname);
  return hash.slice(1);
}
