/** The tokens a client holds. */
export type Tokens = { accessToken: string; refreshToken: string | null };

const NEAR_EXPIRY_MS = 60_000;

/** The moment a JWT expires (`exp`), in ms since 1970; null when it cannot be read. */
function expiryOf(token: string): number | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { exp } = JSON.parse(atob(payload)) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : null;
  } catch {
    return null;
  }
}

/**
 * Holds the tokens and renews them. However many calls find the access token stale at once, the refresh token is spent
 * only once: they all wait for the same renewal.
 */
export class Session {
  readonly #onTokens: ((tokens: Tokens) => void) | undefined;
  #tokens: Tokens | null;
  #renewing: Promise<boolean> | null = null;

  constructor(tokens: Tokens | null, onTokens: ((tokens: Tokens) => void) | undefined) {
    this.#tokens = tokens;
    this.#onTokens = onTokens;
  }

  get tokens(): Tokens | null {
    return this.#tokens;
  }

  /** Takes new tokens from an answer that carries them, and leaves every other answer alone. */
  adopt(answer: unknown): boolean {
    if (typeof answer !== 'object' || answer === null) return false;
    const { access_token: access, refresh_token: refresh } = answer as Record<string, unknown>;
    if (typeof access !== 'string') return false;
    this.#tokens = { accessToken: access, refreshToken: typeof refresh === 'string' ? refresh : null };
    this.#onTokens?.(this.#tokens);
    return true;
  }

  clear(): void {
    this.#tokens = null;
  }

  /** The token to send, renewed first when it is about to expire. */
  async accessToken(renew: (refreshToken: string) => Promise<unknown>): Promise<string | null> {
    const expiry = this.#tokens === null ? null : expiryOf(this.#tokens.accessToken);
    // A renewal that fails here is not the end: the call itself says what is wrong with the token.
    if (expiry !== null && expiry - Date.now() < NEAR_EXPIRY_MS)
      await this.renew(this.#tokens?.accessToken ?? '', renew).catch(() => false);
    return this.#tokens?.accessToken ?? null;
  }

  /** Renews the tokens unless the refused one has been replaced meanwhile. False: there is nothing to renew with. */
  async renew(refused: string, renew: (refreshToken: string) => Promise<unknown>): Promise<boolean> {
    const held = this.#tokens;
    if (held === null) return false;
    if (held.accessToken !== refused) return true;
    const { refreshToken } = held;
    if (refreshToken === null) return false;
    this.#renewing ??= renew(refreshToken)
      .then((answer) => this.adopt(answer))
      .finally(() => {
        this.#renewing = null;
      });
    return this.#renewing;
  }
}
