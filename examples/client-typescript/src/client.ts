import createClient, { type Client } from "openapi-fetch";

import { GatehouseError, errorOf, unwrap } from "./errors.ts";
import type { components, paths } from "./schema.ts";
import { memoryStorage, type StoredTokens, type TokenStorage } from "./storage.ts";

/** A user's tokens and profile, the response to every sign-in. */
export type TokenResponse = components["schemas"]["TokenResponse"];

type BodyOf<Path extends keyof paths> = paths[Path] extends {
  post: { requestBody: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

/** How a client reaches Gatehouse and keeps tokens. */
export interface GatehouseOptions {
  /** `PUBLIC_URL` of the installation. */
  readonly baseUrl: string;
  /** Default: in memory. */
  readonly storage?: TokenStorage;
  /** Whether the server keeps refresh tokens in a cookie (`REFRESH_TOKEN_COOKIE=true`). Only for browsers. */
  readonly cookie?: boolean;
  /** Is called when the session has ended: by `signOut`, or because the refresh of tokens that this client had was refused. */
  readonly onSignedOut?: () => void;
  /** Default: the global `fetch`. */
  readonly fetch?: (request: Request) => Promise<Response>;
  /** The time in milliseconds. Default: `Date.now`. It may differ from the server's clock. */
  readonly now?: () => number;
}

/** A client of one user's session. On a server, create one for each user. */
export interface GatehouseClient {
  /** Every operation of the API, typed; requests have the access token, which is refreshed when it is due or refused. */
  readonly api: Client<paths>;
  signIn(body: BodyOf<"/api/v1/auth/login">): Promise<TokenResponse>;
  /** Finishes a sign-in that failed with `MFA_REQUIRED`. */
  verifySecondFactor(body: BodyOf<"/api/v1/auth/2fa/verify">): Promise<TokenResponse>;
  /** Keeps the tokens of another way to sign in, such as `/api/v1/auth/magic-link/verify`. */
  keep(tokens: TokenResponse): Promise<void>;
  /** Ends the session here, and on the server if it can be reached. */
  signOut(): Promise<void>;
  /** The access token for requests of your own, refreshed if it is due; null without a session. */
  accessToken(): Promise<string | null>;
}

/** A refresh is due this long before the access token expires, or at half of its life if that is later. */
const leewaySeconds = 30;
/** A sign-in, refresh or sign-out without a response fails after this time, so that the others can go on. */
const timeoutMilliseconds = 30_000;
const tokenFaults = ["INVALID_TOKEN", "EXPIRED_TOKEN"];
/** A refresh that is refused with 401 and one of these has no session. */
const sessionFaults = [...tokenFaults, "AUTHENTICATION_REQUIRED"];

/** Creates a client. It sends nothing until it is used. */
export function createGatehouseClient(options: GatehouseOptions): GatehouseClient {
  const { baseUrl, cookie = false, storage = memoryStorage(), now = Date.now } = options;
  const send = options.fetch ?? ((request: Request) => fetch(request));
  const credentials = cookie ? "include" : "same-origin";
  const plain = createClient<paths>({ baseUrl, fetch: sendInTime, credentials });
  const sharedAs = cookie ? "cookie" : storage.sharedAs;
  let last: Promise<unknown> = Promise.resolve();
  let refreshing: Promise<string | null> | null = null;
  // In a page that was just loaded the cookie may hold a session of which no token is here.
  let mayHaveCookie = cookie;
  // Whether this client had tokens, so that there is a session to end.
  let hadTokens = false;

  function sendInTime(request: Request): Promise<Response> {
    return send(new Request(request, { signal: AbortSignal.timeout(timeoutMilliseconds) }));
  }

  /** Runs alone: in this client, and where tabs share the tokens, among the tabs of the origin (Web Locks API). */
  async function alone<T>(run: () => Promise<T>): Promise<T> {
    const { locks } = globalThis.navigator ?? {};
    if (locks && sharedAs) return await locks.request(`gatehouse ${baseUrl} ${sharedAs}`, run);
    const turn = last.then(run);
    last = turn.catch(() => null);
    return turn;
  }

  async function store({ access_token, refresh_token, expires_in }: TokenResponse): Promise<void> {
    const seconds = Math.max(expires_in - leewaySeconds, expires_in / 2);
    mayHaveCookie = cookie;
    hadTokens = true;
    await storage.save({
      accessToken: access_token,
      refreshToken: refresh_token ?? null,
      refreshAt: now() + seconds * 1000,
    });
  }

  async function forget(): Promise<void> {
    mayHaveCookie = false;
    hadTokens = false;
    await storage.save(null);
  }

  function signedIn(call: () => Promise<TokenResponse>): Promise<TokenResponse> {
    return alone(async () => {
      const tokens = await call();
      await store(tokens);
      return tokens;
    });
  }

  /** One refresh at a time, for all requests that need it. */
  function refresh(stale: string | null): Promise<string | null> {
    refreshing ??= alone(() => refreshOnce(stale)).finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  async function refreshOnce(stale: string | null): Promise<string | null> {
    const tokens = await storage.load();
    if (tokens !== null && tokens.accessToken !== stale) return tokens.accessToken;
    if (!canRefresh(tokens)) return null;
    const fresh = await fetchFresh(tokens?.refreshToken ?? "");
    // Without Web Locks, others that share the storage may have signed in or out meanwhile.
    const current = await storage.load();
    if (current?.accessToken !== tokens?.accessToken) return current?.accessToken ?? null;
    if (fresh) {
      await store(fresh);
      return fresh.access_token;
    }
    const isEnd = hadTokens || tokens !== null;
    await forget();
    if (isEnd) options.onSignedOut?.();
    return null;
  }

  /** The successors of tokens; null if there is no session. Throws where it goes on: a server that is busy, or refuses otherwise. */
  async function fetchFresh(refreshToken: string): Promise<TokenResponse | null> {
    const { data, error, response } = await plain.POST("/api/v1/auth/refresh", {
      body: { refresh_token: refreshToken },
      ...(cookie ? { bodySerializer: () => "{}" } : {}),
    });
    if (data) return data.data;
    const failure = new GatehouseError(response, error);
    if (failure.status === 401 && sessionFaults.includes(failure.code)) return null;
    throw failure;
  }

  function canRefresh(tokens: StoredTokens | null): boolean {
    return cookie ? tokens !== null || mayHaveCookie : (tokens?.refreshToken ?? null) !== null;
  }

  async function accessToken(): Promise<string | null> {
    const tokens = await storage.load();
    if (tokens !== null && now() < tokens.refreshAt) return tokens.accessToken;
    return canRefresh(tokens)
      ? refresh(tokens?.accessToken ?? null)
      : (tokens?.accessToken ?? null);
  }

  async function authorizedFetch(request: Request): Promise<Response> {
    const token = await accessToken();
    if (token === null) return send(request);
    // A request whose body was sent cannot be sent again.
    const again = request.clone();
    request.headers.set("authorization", `Bearer ${token}`);
    const response = await send(request);
    if (response.status !== 401 || !(await isTokenFault(response))) return response;
    const fresh = await refresh(token);
    if (fresh === null) return response;
    again.headers.set("authorization", `Bearer ${fresh}`);
    return send(again);
  }

  async function endSession(): Promise<void> {
    const tokens = await storage.load();
    const refreshToken = tokens?.refreshToken ?? null;
    try {
      await plain.POST("/api/v1/auth/logout", {
        body: refreshToken === null ? {} : { refresh_token: refreshToken },
        headers: tokens ? { authorization: `Bearer ${tokens.accessToken}` } : {},
      });
    } finally {
      await forget();
      options.onSignedOut?.();
    }
  }

  return {
    api: createClient<paths>({ baseUrl, fetch: authorizedFetch, credentials }),
    signIn: (body) => signedIn(() => unwrap(plain.POST("/api/v1/auth/login", { body }))),
    verifySecondFactor: (body) =>
      signedIn(() => unwrap(plain.POST("/api/v1/auth/2fa/verify", { body }))),
    keep: (tokens) => alone(() => store(tokens)),
    accessToken,
    signOut: () => alone(endSession),
  };
}

/** Whether a 401 is about the access token, and not about a password or a code in the body. */
async function isTokenFault(response: Response): Promise<boolean> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  return tokenFaults.includes(errorOf(body).code ?? "");
}
