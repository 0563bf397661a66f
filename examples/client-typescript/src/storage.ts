/** The tokens of a session. */
export interface StoredTokens {
  readonly accessToken: string;
  /** Null where the server keeps it in a cookie (`REFRESH_TOKEN_COOKIE`). */
  readonly refreshToken: string | null;
  /** When to refresh, in milliseconds of this machine's own clock. */
  readonly refreshAt: number;
}

/** Where tokens are kept. Implement it for a storage of your own, such as a session on a server. */
export interface TokenStorage {
  /** The name of what the tabs of an origin share, such as a key: refreshes of all tabs then run one at a time. Default: none. */
  readonly sharedAs?: string;
  load(): StoredTokens | null | Promise<StoredTokens | null>;
  /** Keeps the tokens, or forgets them. */
  save(tokens: StoredTokens | null): void | Promise<void>;
}

/** Keeps tokens until the page or the process ends. The safest choice in a browser, together with the cookie. */
export function memoryStorage(): TokenStorage {
  let kept: StoredTokens | null = null;
  return {
    load: () => kept,
    save: (tokens) => void (kept = tokens),
  };
}

/** Keeps tokens in `localStorage`, for all tabs of the origin. A script that is injected into a page can read them. */
export function browserStorage(key = "gatehouse"): TokenStorage {
  return {
    sharedAs: key,
    load: () => parse(localStorage.getItem(key)),
    save(tokens) {
      if (tokens) localStorage.setItem(key, JSON.stringify(tokens));
      else localStorage.removeItem(key);
    },
  };
}

function parse(text: string | null): StoredTokens | null {
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return isStoredTokens(value) ? value : null;
  } catch {
    return null;
  }
}

function isStoredTokens(value: unknown): value is StoredTokens {
  return typeof value === "object" && value !== null && "accessToken" in value;
}
