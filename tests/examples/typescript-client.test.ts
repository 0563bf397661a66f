import { expect, expectTypeOf, test } from "bun:test";
import createClient from "openapi-fetch";

import {
  browserStorage,
  createGatehouseClient,
  GatehouseError,
  memoryStorage,
  type paths,
  type StoredTokens,
  unwrap,
} from "../../examples/client-typescript/src/index.ts";
import { clientTypesPath, stampOf } from "../support/client-types.ts";
import { freshEmail, goodPassword, mailTo, registerVerified } from "../support/journey.ts";
import { turnOn } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const origin = "https://app.example.com";
const app = useTestApp();

/** Counts the requests of a client by path, and lets a test change them. */
function countedFetch(change: (request: Request) => Response | Request = (request) => request) {
  const counts = new Map<string, number>();
  async function send(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    const changed = change(request);
    return changed instanceof Response ? changed : await fetch(changed);
  }
  return { send, refreshes: () => counts.get("/api/v1/auth/refresh") ?? 0 };
}

/** A client whose user is signed in, with the parts that a test observes. */
async function signedInClient(
  change?: (request: Request) => Response | Request,
  parts: { now?: () => number } = {},
) {
  const { email, password } = await registerVerified(app);
  const storage = memoryStorage();
  const { send, refreshes } = countedFetch(change);
  const ends: string[] = [];
  const client = createGatehouseClient({
    baseUrl: app.url,
    storage,
    fetch: send,
    onSignedOut: () => void ends.push("ended"),
    ...parts,
  });
  await client.signIn({ email, password });
  return { client, storage, refreshes, ends, email };
}

async function spoilAccessToken(storage: ReturnType<typeof memoryStorage>): Promise<void> {
  const tokens = await storage.load();
  if (tokens) await storage.save({ ...tokens, accessToken: `${tokens.accessToken}x` });
}

function statusOfMe(client: ReturnType<typeof createGatehouseClient>): Promise<number> {
  return client.api.GET("/api/v1/users/me").then(({ response }) => response.status);
}

// `expectTypeOf` is checked by the compiler, which is a part of `bun run check`.
test("a sign-in gives typed tokens, and the calls after it have the access token", async () => {
  const { client, email } = await signedInClient();
  const me = await unwrap(client.api.GET("/api/v1/users/me"));
  expectTypeOf(me.username).toEqualTypeOf<string | null>();
  expect(me.email).toBe(email);
  const post = await unwrap(client.api.POST("/api/v1/posts", { body: { post_data: "Hello" } }));
  expect(post).toMatchObject({ post_data: "Hello", visibility: "private" });
});

test("the generated types suffice for a whole journey with openapi-fetch", async () => {
  const api = createClient<paths>({ baseUrl: app.url });
  const [email, password] = [freshEmail(), goodPassword];
  const registered = await api.POST("/api/v1/auth/register", { body: { email, password } });
  expect(registered.data?.data.email).toBe(email);
  const { code } = await mailTo(app, email);
  const verified = await api.POST("/api/v1/auth/verify", { body: { email, code } });
  expect(verified.data?.data.user_id).toBe(registered.data?.data.user_id);
  const signedIn = await api.POST("/api/v1/auth/login", { body: { email, password } });
  const refreshToken = signedIn.data?.data.refresh_token ?? "";
  const body = { refresh_token: refreshToken };
  const refreshed = await api.POST("/api/v1/auth/refresh", { body });
  const headers = { authorization: `Bearer ${refreshed.data?.data.access_token}` };
  const me = await api.GET("/api/v1/users/me", { headers });
  expect(me.data?.data.email).toBe(email);
  await api.POST("/api/v1/auth/logout", { body: {}, headers });
  const ended = await api.GET("/api/v1/users/me", { headers });
  expect(ended.error?.error.code).toBe("INVALID_TOKEN");
});

test("an error response is a GatehouseError with its code, faults and request id", async () => {
  const client = createGatehouseClient({ baseUrl: app.url });
  const refused = await client.signIn({ email: "x@example.com", password: "wrong" }).catch(Object);
  expect(refused).toBeInstanceOf(GatehouseError);
  expect(refused).toMatchObject({ status: 401, code: "INVALID_CREDENTIALS", details: {} });
  expect(refused.requestId).toMatch(/./);
  const invalid = await unwrap(
    client.api.POST("/api/v1/auth/register", { body: { email: "", password: "" } }),
  ).catch(Object);
  expect([invalid.status, typeof invalid.details.field]).toEqual([400, "string"]);
});

test("a second factor finishes a sign-in that failed with MFA_REQUIRED", async () => {
  const { client, email } = await signedInClient();
  const accessToken = (await client.accessToken()) ?? "";
  const user = { userId: "", email, password: goodPassword, accessToken, refreshToken: "" };
  const { recoveryCodes } = await turnOn(app, user);
  const other = createGatehouseClient({ baseUrl: app.url });
  const demand = await other.signIn({ email, password: goodPassword }).catch(Object);
  expect([demand.code, demand.details.methods]).toEqual([
    "MFA_REQUIRED",
    ["totp", "recovery_code"],
  ]);
  const [code = ""] = recoveryCodes;
  await other.verifySecondFactor({ mfa_token: demand.details.mfa_token, recovery_code: code });
  expect(await statusOfMe(other)).toBe(200);
});

test("concurrent requests with a refused access token cause one refresh, and all succeed", async () => {
  const { client, storage, refreshes, ends } = await signedInClient();
  await spoilAccessToken(storage);
  const statuses = await Promise.all(Array.from({ length: 20 }, () => statusOfMe(client)));
  expect([new Set(statuses), refreshes(), ends]).toEqual([new Set([200]), 1, []]);
});

test("a request with a body is sent again after the refresh, whole", async () => {
  const { client, storage, refreshes } = await signedInClient();
  await spoilAccessToken(storage);
  const post = await unwrap(client.api.POST("/api/v1/posts", { body: { post_data: "Again" } }));
  expect([post.post_data, refreshes()]).toEqual(["Again", 1]);
});

test("a 401 about a wrong password causes no refresh", async () => {
  const { client, refreshes } = await signedInClient();
  const body = { current_password: "wrong", new_password: "AnotherPassword456!" };
  const { response } = await client.api.POST("/api/v1/auth/password/change", { body });
  expect([response.status, refreshes()]).toEqual([401, 0]);
});

test("a refresh that is refused ends the session; one that fails for another reason does not", async () => {
  let isDown = true;
  const { client, storage, ends } = await signedInClient((request) =>
    request.url.endsWith("/refresh") && isDown ? new Response("{}", { status: 503 }) : request,
  );
  await spoilAccessToken(storage);
  const failure = await client.api.GET("/api/v1/users/me").catch(Object);
  expect([failure.status, ends]).toEqual([503, []]);
  isDown = false;
  expect(await statusOfMe(client)).toBe(200);

  const accessToken = (await client.accessToken()) ?? "";
  await app.call("POST", "/api/v1/auth/logout-all", { bearer: accessToken });
  expect(await statusOfMe(client)).toBe(401);
  expect([ends, await storage.load(), await client.accessToken()]).toEqual([["ended"], null, null]);
});

test("a token is refreshed before it expires, on a clock that differs from the server's", async () => {
  let time = Date.now() + 40 * 365 * 24 * 3600 * 1000;
  const { client, refreshes } = await signedInClient(undefined, { now: () => time });
  expect([await statusOfMe(client), refreshes()]).toEqual([200, 0]);
  time += (24 * 3600 - 31) * 1000;
  expect([await statusOfMe(client), refreshes()]).toEqual([200, 0]);
  time += 2000;
  expect([await statusOfMe(client), refreshes()]).toEqual([200, 1]);
  expect([await statusOfMe(client), refreshes()]).toEqual([200, 1]);
});

test("signing out ends the session on the server and forgets the tokens, also when the server is away", async () => {
  const { client, storage, ends } = await signedInClient();
  const bearer = (await client.accessToken()) ?? "";
  await client.signOut();
  expect((await app.call("GET", "/api/v1/users/me", { bearer })).status).toBe(401);
  expect([await storage.load(), ends, await statusOfMe(client)]).toEqual([null, ["ended"], 401]);

  const away = await signedInClient((request) => {
    if (request.url.endsWith("/logout")) throw new TypeError("not reachable");
    return request;
  });
  expect(await away.client.signOut().catch(String)).toContain("not reachable");
  expect([await away.storage.load(), away.ends]).toEqual([null, ["ended"]]);
});

test("the storage of a browser keeps the session for the next page, and ignores what it cannot read", async () => {
  const items = new Map<string, string>();
  const previous = Object.getOwnPropertyDescriptor(globalThis, "localStorage");
  Object.defineProperty(globalThis, "localStorage", {
    configurable: true,
    value: {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => void items.set(key, value),
      removeItem: (key: string) => void items.delete(key),
    },
  });
  try {
    const { email, password } = await registerVerified(app);
    const first = createGatehouseClient({ baseUrl: app.url, storage: browserStorage() });
    await first.signIn({ email, password });
    const second = createGatehouseClient({ baseUrl: app.url, storage: browserStorage() });
    expect(await statusOfMe(second)).toBe(200);
    await second.signOut();
    expect([items.size, await first.accessToken()]).toEqual([0, null]);
    items.set("gatehouse", "{not json");
    expect(await browserStorage().load()).toBeNull();
  } finally {
    if (previous) Object.defineProperty(globalThis, "localStorage", previous);
    else Reflect.deleteProperty(globalThis, "localStorage");
  }
});

test("a storage of one's own may be asynchronous", async () => {
  const { email, password } = await registerVerified(app);
  let kept: StoredTokens | null = null;
  const storage = {
    load: async () => kept,
    save: async (tokens: StoredTokens | null) => void (kept = tokens),
  };
  const client = createGatehouseClient({ baseUrl: app.url, storage });
  await client.signIn({ email, password });
  expect([await statusOfMe(client), kept]).toEqual([200, expect.anything()]);
});

test("with the refresh token in a cookie, a page that is loaded again continues the session", async () => {
  const replica = await app.replica({ REFRESH_TOKEN_COOKIE: "true", ALLOWED_ORIGINS: origin });
  const { email, password } = await registerVerified(app);
  let cookie = "";
  let refreshes = 0;
  /** What a browser does with the cookie. */
  async function browserFetch(request: Request): Promise<Response> {
    expect(request.credentials).toBe("include");
    if (request.url.endsWith("/refresh")) refreshes += 1;
    request.headers.set("origin", origin);
    if (cookie !== "") request.headers.set("cookie", cookie);
    const response = await fetch(request);
    const [set = ""] = response.headers.getSetCookie();
    if (set !== "") cookie = set.includes("Max-Age=0") ? "" : (set.split(";")[0] ?? "");
    return response;
  }
  const load = () =>
    createGatehouseClient({ baseUrl: replica.url, cookie: true, fetch: browserFetch });
  const first = load();
  const tokens = await first.signIn({ email, password });
  expect([tokens.refresh_token, await statusOfMe(first)]).toEqual([undefined, 200]);

  const second = load();
  const statuses = await Promise.all([1, 2, 3].map(() => statusOfMe(second)));
  expect([statuses, refreshes]).toEqual([[200, 200, 200], 1]);
  await second.signOut();
  expect(await statusOfMe(load())).toBe(401);
});

test("the package is at most 5,000 bytes, minified and compressed with gzip", async () => {
  const built = await Bun.build({
    entrypoints: ["examples/client-typescript/src/index.ts"],
    minify: true,
    target: "browser",
  });
  const [output] = built.outputs;
  const bytes = Bun.gzipSync(new Uint8Array((await output?.arrayBuffer()) ?? new ArrayBuffer()));
  expect(bytes.length).toBeGreaterThan(1000);
  expect(bytes.length).toBeLessThanOrEqual(5000);
});

test("the types are those of the document; if not: bun .ci/generate-client-types.ts", async () => {
  const { json } = await app.call("GET", "/openapi.json");
  const types = await Bun.file(clientTypesPath).text();
  expect(types.split("\n", 1)).toEqual([stampOf(json)]);
});
