import { join } from "node:path";
import { parseEnv } from "node:util";

import { expect, setDefaultTimeout, test } from "bun:test";

import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { type Call, callServer } from "../support/http-call.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { mailFileTo } from "../support/mail-files.ts";
import { nginxCommand, scratchFiles } from "../support/nginx-command.ts";
import { type ProxyProgram, replaceParts, startProxy } from "../support/proxy-process.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(60_000);

const examples = join(import.meta.dir, "../../examples");
const password = "SecurePassword123!";
const email = "user@example.com";

/** The settings of a file in examples/profiles, which tests/config proves to be valid. */
async function profile(name: string): Promise<Record<string, string>> {
  const file = parseEnv(await Bun.file(join(examples, "profiles", `${name}.env`)).text());
  return Object.fromEntries(Object.entries(file).map(([key, value]) => [key, value ?? ""]));
}

type ProxyFor = (gatehouse: number) => ProxyProgram;

/** Gatehouse with a profile, at an address of its own or behind a proxy. */
async function start(name: string, proxyFor?: ProxyFor) {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await createMigratedHome("embedded"));
  const [port, publicPort] = [await findSparePort(), await findSparePort()];
  const url = `http://127.0.0.1:${proxyFor ? publicPort : port}`;
  const settings = { ...(await profile(name)), PORT: String(port), PUBLIC_URL: url };
  stack.use(await startGatehouse({ cwd: home.cwd, settings }));
  if (proxyFor) stack.use(await startProxy(proxyFor(port), publicPort));
  const kept = stack.move();
  return {
    home,
    settings,
    call: (method: string, path: string, call?: Call) => callServer(url, method, path, call),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

type Service = Awaited<ReturnType<typeof start>>;

function nginxProgram(nginx: string): ProxyFor {
  return (gatehouse) => ({
    command: nginxCommand(nginx),
    async configure(port, directory) {
      const text = await Bun.file(join(examples, "rewrite/nginx.conf")).text();
      return replaceParts(text, {
        "listen 8080;": `listen 127.0.0.1:${port};`,
        "server 127.0.0.1:8000 ": `server 127.0.0.1:${gatehouse} `,
        "http {": `http { access_log off; ${scratchFiles(directory)}`,
      });
    },
  });
}

function caddyProgram(caddy: string): ProxyFor {
  return (gatehouse) => ({
    async configure(port) {
      const text = await Bun.file(join(examples, "rewrite/Caddyfile")).text();
      const rendered = replaceParts(text, {
        ":8080 {": `:${port} {`,
        " 127.0.0.1:8000": ` 127.0.0.1:${gatehouse}`,
      });
      return `{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n${rendered}`;
    },
    command: (path) => [caddy, "run", "--adapter", "caddyfile", "--config", path],
  });
}

test("clients of the standard envelope are answered at the same addresses, with the same fields", async () => {
  await using service = await start("standard-envelope");
  const auth = "/api/v1/auth";
  const post = (path: string, json: unknown) => service.call("POST", `${auth}${path}`, { json });
  const registration = { email, password, password_confirmation: password };
  const registered = await post("/register", registration);
  expect([registered.status, registered.json]).toEqual([
    201,
    {
      success: true,
      data: {
        user_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        email,
        message: expect.stringContaining("Please verify your email"),
      },
      timestamp: expect.stringMatching(/Z$/),
    },
  ]);
  const refusals = [
    await post("/register", registration),
    await post("/register", { ...registration, password_confirmation: "x" }),
    await post("/register", { email: "b@example.com", password: "short" }),
    await post("/register", { email: "no address", password }),
    await post("/login", { email, password: "wrong" }),
    await post("/login", { email, password }),
    await post("/validate-token", { token: "eyJhbGciOiJIUzI1NiJ9.e30.x" }),
  ];
  expect(refusals.map(({ status, json }) => [status, json.error.code])).toEqual([
    [400, "DUPLICATE_EMAIL"],
    [400, "PASSWORD_MISMATCH"],
    [400, "WEAK_PASSWORD"],
    [400, "INVALID_EMAIL"],
    [401, "INVALID_CREDENTIALS"],
    [403, "EMAIL_NOT_VERIFIED"],
    [401, "INVALID_TOKEN"],
  ]);

  const { token } = await mailFileTo(service.home.dataDirectory, email);
  const verified = await post("/verify-email", { token });
  const { user_id } = registered.json.data;
  expect(verified.json.data).toEqual({ message: "Email verified successfully", user_id });
  const { data: tokens } = (await post("/login", { email, password })).json;
  expect(tokens).toMatchObject({ token_type: "bearer", expires_in: 86_400, user_id });
  const { refresh_token } = tokens;
  for (const attempt of [1, 2]) {
    const refreshed = await post("/refresh", { refresh_token });
    const expected = { access_token: expect.any(String), expires_in: 86_400, refresh_token };
    expect([attempt, refreshed.json.data]).toEqual([attempt, expect.objectContaining(expected)]);
  }
  const valid = await post("/validate-token", { token: tokens.access_token });
  const expiresAt = expect.stringMatching(/Z$/);
  expect(valid.json.data).toMatchObject({ is_valid: true, user_id, email, expires_at: expiresAt });
  const health = (await service.call("GET", "/health")).json;
  const healthy = { status: "healthy", service: "auth-service", database: "connected" };
  expect(health).toMatchObject(healthy);
});

async function verifiesByCode(service: Service): Promise<void> {
  const post = (path: string, json: unknown) => service.call("POST", path, { json });
  expect((await post("/auth/register", { email, password })).status).toBe(201);
  const unverified = await post("/auth/login", { email, password });
  expect([unverified.status, unverified.json.error.code]).toEqual([403, "EMAIL_NOT_VERIFIED"]);
  const { code } = await mailFileTo(service.home.dataDirectory, email);
  expect((await post("/auth/verify", { email, code })).status).toBe(200);
  const { data: tokens } = (await post("/auth/login", { email, password })).json;
  const me = await service.call("GET", "/users/me", { bearer: tokens.access_token });
  expect(me.json.data).toMatchObject({ email, email_verified: true });
  const refreshed = await post("/auth/refresh", { refresh_token: tokens.refresh_token });
  const { access_token: bearer } = refreshed.json.data;
  expect((await service.call("GET", "/users/me", { bearer })).status).toBe(200);
  expect((await service.call("POST", "/auth/logout", { bearer })).status).toBe(200);
  expect((await service.call("GET", "/users/me", { bearer })).status).toBe(401);
  expect((await service.call("GET", "/auth/other")).status).toBe(404);
}

describeWithProgram("nginx with examples/rewrite/nginx.conf", "nginx", (nginx) => {
  test("answers clients that verify by a code, at their addresses", async () => {
    await using service = await start("code-verification", nginxProgram(nginx));
    await verifiesByCode(service);
  });

  test("answers clients with a refresh cookie, at their addresses", async () => {
    await using service = await start("cookie-sessions", nginxProgram(nginx));
    const username = "ada";
    const signedUp = await service.call("POST", "/signup", { json: { username, email, password } });
    expect([signedUp.status, signedUp.json.data]).toEqual([
      201,
      expect.objectContaining({ access_token: expect.any(String), token_type: "bearer" }),
    ]);
    const loggedIn = await service.call("POST", "/login", { json: { email, password } });
    const { access_token: bearer, user } = loggedIn.json.data;
    expect(user).toMatchObject({ username, email });
    const set = loggedIn.headers
      .getSetCookie()
      .find((cookie) => cookie.startsWith("gatehouse_refresh"));
    expect(set).toContain("; Path=/;");
    const me = await service.call("GET", "/user", { bearer });
    expect(me.json.data).toMatchObject({ id: user.id, username, email });

    const cookie = set?.split(";")[0] ?? "";
    const page = { cookie, "sec-fetch-site": "same-origin" };
    const refreshed = await service.call("GET", "/refresh-access-token", { headers: page });
    expect([refreshed.status, refreshed.json.data]).toEqual([
      200,
      expect.objectContaining({ expires_in: 900, user: expect.objectContaining({ username }) }),
    ]);
    for (const foreign of [{ "sec-fetch-site": "same-site" }, { origin: "https://evil.example" }]) {
      const headers = { cookie, ...foreign };
      const refused = await service.call("GET", "/refresh-access-token", { headers });
      expect(refused.status).toBe(403);
    }
    const { access_token: second } = refreshed.json.data;
    const loggedOut = await service.call("POST", "/logout", { bearer: second });
    expect([loggedOut.status, typeof loggedOut.json.data.message]).toEqual([200, "string"]);
    expect((await service.call("GET", "/user", { bearer: second })).status).toBe(401);

    const settings = service.settings;
    const made = await runGatehouse(
      ["create-admin", "--email=admin@example.com", "--password-stdin"],
      { cwd: service.home.cwd, settings, input: password },
    );
    expect(made).toMatchObject({ exitCode: 0 });
    const credentials = { email: "admin@example.com", password };
    const admin = (await service.call("POST", "/login", { json: credentials })).json.data;
    const asAdmin = { bearer: admin.access_token };
    const role = { name: "editor", description: "Edits", permissions: ["users:read"] };
    const created = await service.call("POST", "/users/roles", { json: role, ...asAdmin });
    expect([created.status, created.json.data.message]).toEqual([
      201,
      "Role created successfully.",
    ]);
    const deleted = await service.call("DELETE", `/users/${user.id}`, asAdmin);
    expect([deleted.status, deleted.json.data.message]).toEqual([
      200,
      "User deleted successfully.",
    ]);
  });

  test("answers clients with a form at /login/ and posts, at their addresses", async () => {
    await using service = await start("form-login", nginxProgram(nginx));
    const credentials = { username: "alice", password: "strong_password" };
    const json = { ...credentials, email: "alice@example.com" };
    expect((await service.call("POST", "/users/", { json })).status).toBe(201);
    for (const form of [credentials, { grant_type: "password", ...credentials }]) {
      const { status, json: token } = await service.call("POST", "/login/", { form });
      expect([status, token.token_type, token.expires_in]).toEqual([200, "bearer", 600]);
    }
    const wrong = { form: { ...credentials, password: "wrong" } };
    expect((await service.call("POST", "/login/", wrong)).status).toBe(400);
    const { access_token: bearer } = (await service.call("POST", "/login/", { form: credentials }))
      .json;

    const body = { json: { post_data: "My first post!" }, bearer };
    const post = (await service.call("POST", "/posts/", body)).json.data;
    const all = await service.call("GET", "/posts/all/", { bearer });
    expect(all.json.data.items).toEqual([expect.objectContaining({ post_data: "My first post!" })]);
    const path = `/posts/${post.post_id}`;
    expect((await service.call("GET", `${path}/`, { bearer })).json.data).toMatchObject(post);
    const changed = { json: { post_data: "Changed" }, bearer };
    const put = await service.call("PUT", `${path}/`, changed);
    expect(put.json.data.post_data).toBe("Changed");
    expect((await service.call("DELETE", path, { bearer })).status).toBe(204);
    expect((await service.call("GET", `${path}/`, { bearer })).status).toBe(404);
    expect((await service.call("GET", "/posts/all/")).status).toBe(401);
  });
});

describeWithProgram("Caddy with examples/rewrite/Caddyfile", "caddy", (caddy) => {
  test("answers clients that verify by a code, at their addresses", async () => {
    await using service = await start("code-verification", caddyProgram(caddy));
    await verifiesByCode(service);
  });
});
