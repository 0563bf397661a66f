import { expect, spyOn, test } from "bun:test";

import {
  browserStorage,
  createGatehouseClient,
  type GatehouseOptions,
  memoryStorage,
  type StoredTokens,
} from "../../examples/client-typescript/src/index.ts";

const baseUrl = "https://id.example.com";
const refreshPath = "/api/v1/auth/refresh";
const mePath = "/api/v1/users/me";
const credentials = { email: "ada@example.com", password: "SecurePassword123!" };

/** Tokens of a session that are due for a refresh. */
function tokensOf(name: string): StoredTokens {
  return { accessToken: `${name}-access`, refreshToken: `${name}-refresh`, refreshAt: 0 };
}

function tokenResponse(name: string): Response {
  const tokens = { access_token: `${name}-access`, refresh_token: `${name}-refresh` };
  return Response.json({ data: { ...tokens, expires_in: 3600 } });
}

function refusal(status: number, code: string): Response {
  return Response.json({ error: { code, message: code } }, { status });
}

/** A client whose server responds to refreshes when and as a test says. */
function clientOf(options: Partial<GatehouseOptions> = {}) {
  const refreshed = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<Request>();
  const paths: string[] = [];
  const ends: string[] = [];
  const storage = options.storage ?? memoryStorage();
  const client = createGatehouseClient({
    baseUrl,
    storage,
    onSignedOut: () => void ends.push("ended"),
    async fetch(request) {
      const { pathname } = new URL(request.url);
      paths.push(pathname);
      if (pathname === mePath) {
        return Response.json({ data: { by: request.headers.get("authorization") } });
      }
      if (pathname !== refreshPath) return tokenResponse("new");
      asked.resolve(request);
      return refreshed.promise;
    },
    ...options,
  });
  const me = () => client.api.GET(mePath).then(({ data }) => data?.data as unknown);
  return { client, storage, paths, ends, me, asked: asked.promise, refresh: refreshed.resolve };
}

test("a refresh that others overtook neither replaces nor forgets their tokens", async () => {
  for (const response of [tokenResponse("late"), refusal(401, "INVALID_TOKEN")]) {
    for (const current of [{ ...tokensOf("other"), refreshAt: 1e15 }, null]) {
      const { client, storage, ends, asked, refresh } = clientOf();
      await storage.save(tokensOf("old"));
      const token = client.accessToken();
      await asked;
      await storage.save(current);
      refresh(response.clone());
      expect([await token, await storage.load(), ends]).toEqual([
        current?.accessToken ?? null,
        current,
        [],
      ]);
    }
  }
});

test("sign-ins and sign-outs wait for the refresh under way, and the last one counts", async () => {
  for (const isSignIn of [true, false]) {
    const { client, storage, paths, me, asked, refresh } = clientOf();
    await storage.save(tokensOf("old"));
    const call = me();
    await asked;
    const next = isSignIn ? client.signIn(credentials) : client.signOut();
    refresh(tokenResponse("refreshed"));
    await Promise.all([call, next]);
    const path = isSignIn ? "/api/v1/auth/login" : "/api/v1/auth/logout";
    expect(paths.filter((each) => each !== mePath)).toEqual([refreshPath, path]);
    expect((await storage.load())?.accessToken).toBe(isSignIn ? "new-access" : undefined);
  }
});

test("a visitor without a session is not signed out, and is asked about the cookie once", async () => {
  const { me, paths, ends, refresh } = clientOf({ cookie: true });
  refresh(refusal(401, "AUTHENTICATION_REQUIRED"));
  await me();
  await me();
  expect([paths, ends]).toEqual([[refreshPath, mePath, mePath], []]);
});

test("a session of the cookie that ends later calls onSignedOut once", async () => {
  let time = 0;
  const { client, me, ends, refresh } = clientOf({ cookie: true, now: () => time });
  await client.signIn(credentials);
  time = 3600_000;
  refresh(refusal(401, "INVALID_TOKEN"));
  await me();
  await me();
  expect(ends).toEqual(["ended"]);
});

test("only a 401 about the tokens ends the session, and every other error is thrown", async () => {
  const others: [number, string][] = [
    [400, "VALIDATION_ERROR"],
    [401, "UNKNOWN"],
    [403, "EMAIL_NOT_VERIFIED"],
    [403, "FORBIDDEN"],
    [429, "RATE_LIMITED"],
    [503, "SERVICE_UNAVAILABLE"],
  ];
  for (const [status, code] of others) {
    const { storage, me, ends, refresh } = clientOf();
    await storage.save(tokensOf("old"));
    refresh(refusal(status, code));
    expect(await me().catch(Object)).toMatchObject({ status, code });
    expect([ends, await storage.load()]).toEqual([[], tokensOf("old")]);
  }
  for (const code of ["INVALID_TOKEN", "EXPIRED_TOKEN", "AUTHENTICATION_REQUIRED"]) {
    const { storage, me, ends, refresh } = clientOf();
    await storage.save(tokensOf("old"));
    refresh(refusal(401, code));
    expect([await me(), ends, await storage.load()]).toEqual([{ by: null }, ["ended"], null]);
  }
});

test("a refresh without a response fails in time, and the calls after it go on", async () => {
  const controller = new AbortController();
  const timeout = spyOn(AbortSignal, "timeout").mockReturnValueOnce(controller.signal);
  try {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { client, storage } = clientOf({
      async fetch({ url, signal }) {
        if (!url.endsWith(refreshPath)) return tokenResponse("new");
        const aborted = Promise.withResolvers<Response>();
        signal.addEventListener("abort", () => aborted.reject(signal.reason));
        resolve();
        return aborted.promise;
      },
    });
    await storage.save(tokensOf("old"));
    const refreshed = client.accessToken().catch(String);
    await promise;
    const signedIn = client.signIn(credentials);
    controller.abort(new Error("late"));
    expect(await refreshed).toContain("late");
    await signedIn;
    expect(timeout.mock.calls[0]).toEqual([30_000]);
    expect((await storage.load())?.accessToken).toBe("new-access");
  } finally {
    timeout.mockRestore();
  }
});

test("the lock of the tabs is named for what they share, and used only then", async () => {
  const names: string[] = [];
  const request = (name: string, run: () => Promise<unknown>) => {
    names.push(name);
    return run();
  };
  const previous = Object.getOwnPropertyDescriptor(globalThis.navigator, "locks");
  Object.defineProperty(globalThis.navigator, "locks", { configurable: true, value: { request } });
  try {
    const shared = { ...memoryStorage(), sharedAs: browserStorage("app").sharedAs ?? "" };
    await clientOf().client.signIn(credentials);
    await clientOf({ storage: shared }).client.signIn(credentials);
    await clientOf({ cookie: true }).client.signIn(credentials);
    expect(names).toEqual([`gatehouse ${baseUrl} app`, `gatehouse ${baseUrl} cookie`]);
  } finally {
    if (previous) Object.defineProperty(globalThis.navigator, "locks", previous);
    else Reflect.deleteProperty(globalThis.navigator, "locks");
  }
});
