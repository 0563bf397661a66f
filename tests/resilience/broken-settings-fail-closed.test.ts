import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import postgres from "postgres";

import { goodSecret, refusedNames } from "../config/load.ts";
import { runGatehouse, type ServerProcess, startGatehouse } from "../support/executable.ts";
import { createHome, createMigratedHome, type Home } from "../support/executable-home.ts";
import { eventually } from "../support/eventually.ts";
import type { Page } from "../support/http-browser.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { freshEmail, goodPassword, logIn, type SignedInUser } from "../support/journey.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { arrivedMail } from "../support/mailbox.ts";
import { startNats } from "../support/nats-broker.ts";
import {
  scriptedClientSecret,
  type ScriptedProviders,
  startScriptedProviders,
} from "../support/scripted-provider.ts";
import { call2fa, mfaTokenOf, turnOn } from "../support/second-factor.ts";
import {
  appRedirect,
  codeOfRedirect,
  createSocialBrowser,
  exchange,
  startSignIn,
} from "../support/social-sign-in.ts";
import { findSparePort } from "../support/spare-port.ts";
import type { TestBroker } from "../support/test-broker.ts";
import { startTestApp } from "../support/test-app.ts";

setDefaultTimeout(60_000);

const canary = "canary-7b1d09c2e4";

/** Settings that are half of an integration, or of a wrong form, and the names that the message has. */
const refused: Readonly<Record<string, readonly [Record<string, string>, readonly string[]]>> = {
  "SMTP without a server": [{ MAIL_TRANSPORT: "smtp" }, ["SMTP_SERVER", "SMTP_FROM_EMAIL"]],
  "a mail user without a password": [{ SMTP_USERNAME: canary }, ["SMTP_PASSWORD"]],
  "a broker of another protocol": [
    { EVENTS_NATS_URL: `amqp://x:${canary}@nats.example.com` },
    ["EVENTS_NATS_URL"],
  ],
  "a broker that is no URL": [{ EVENTS_AMQP_URL: canary }, ["EVENTS_AMQP_URL"]],
  "a broker with a password that is not encoded": [
    { EVENTS_REDIS_URL: `redis://:${canary}/#@redis.example.com` },
    ["EVENTS_REDIS_URL"],
  ],
  "a broker without a port": [{ EVENTS_KAFKA_BROKERS: canary }, ["EVENTS_KAFKA_BROKERS"]],
  "a broker's password without a user": [
    { EVENTS_KAFKA_PASSWORD: canary },
    ["EVENTS_KAFKA_USERNAME"],
  ],
  "a webhook without a secret": [
    { WEBHOOK_URL: `https://${canary}.example.com/` },
    ["WEBHOOK_SECRET"],
  ],
  "an audit stream without its destination": [{ AUDIT_STREAM: "kafka" }, ["EVENTS_KAFKA_BROKERS"]],
  "a collector that is no URL": [
    { OTEL_EXPORTER_OTLP_ENDPOINT: canary },
    ["OTEL_EXPORTER_OTLP_ENDPOINT"],
  ],
};

describe("settings of an integration that cannot work are refused at the start:", () => {
  // security 126
  test.each(Object.keys(refused))("%s", (name) => {
    const [settings, names] = refused[name] ?? [{}, []];
    expect(refusedNames(settings)).toEqual([...names]);
  });

  // security 126
  test("all of them with exit code 2 and their names, and without their values", async () => {
    await using home = await createHome("embedded");
    const cases = Object.values(refused);
    const settings = Object.assign({}, ...cases.map(([given]) => given));
    const { exitCode, stdout, stderr } = await runGatehouse([], {
      cwd: home.cwd,
      settings: { JWT_SECRET_KEY: goodSecret, ...settings },
    });
    expect([exitCode, stdout]).toEqual([2, ""]);
    for (const name of cases.flatMap(([, names]) => names)) expect(stderr).toContain(`  ${name} `);
    expect(stderr).not.toContain(canary);
  });
});

// security 126
test("a service that sends no mail verifies no address, and signs in no user who must verify one", async () => {
  await using app = await startTestApp({ settings: { MAIL_TRANSPORT: "none" } });
  const user = { email: freshEmail(), password: goodPassword };
  expect((await app.post("/api/v1/auth/register", user)).status).toBe(201);
  const { status, json } = await logIn(app, user);
  expect([status, json.error.code, json.data]).toEqual([403, "EMAIL_NOT_VERIFIED", undefined]);
  expect(await app.rows("select id from sessions")).toEqual([]);
});

// The bad day: after a move to other machines every integration is configured wrongly, and the executable starts.
describeWithProgram("with wrong settings of every integration", "nats-server", (program) => {
  let resources: AsyncDisposableStack;
  let home: Home;
  let sql: postgres.Sql;
  let mail: MailServer;
  let nats: TestBroker;
  let providers: ScriptedProviders;
  let server: ServerProcess;
  let right: Record<string, string>;
  let user: SignedInUser;

  beforeAll(async () => {
    resources = new AsyncDisposableStack();
    home = resources.use(await createMigratedHome("postgres"));
    sql = postgres(home.settings["DATABASE_URL"] ?? "", { max: 1 });
    resources.defer(() => sql.end());
    mail = resources.use(
      await startMailServer({
        allowInsecureAuth: true,
        onAuth: ({ username = "", password }, _session, callback) =>
          password === "right" ? callback(null, { user: username }) : callback(new Error("no")),
      }),
    );
    nats = resources.use(await startNats(program));
    const maintenance = () => new Response("down", { status: 500 });
    providers = resources.use(
      await startScriptedProviders({
        good: {},
        "wrong-secret": {},
        "keys-away": { keys: maintenance },
        "tokens-away": { token: maintenance },
      }),
    );
    right = {
      ...home.settings,
      ...providers.settings,
      ENVIRONMENT: "test",
      PUBLIC_URL: "http://localhost:8000",
      JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
      BCRYPT_COST: "4",
      RATE_LIMITS_ENABLED: "false",
      REDIRECT_URIS: appRedirect,
      SMTP_SERVER: "127.0.0.1",
      SMTP_PORT: String(mail.port),
      SMTP_TLS: "none",
      SMTP_FROM_EMAIL: "no-reply@gatehouse.test",
      SMTP_USERNAME: "gatehouse",
      SMTP_PASSWORD: "right",
      EVENTS_NATS_URL: nats.url,
    };
    const nowhere = `127.0.0.1:${await findSparePort()}`;
    const settings = {
      ...right,
      SMTP_PASSWORD: `wrong-${canary}`,
      EVENTS_NATS_URL: nats.wrongUrl,
      EVENTS_REDIS_URL: `redis://:${canary}@${nowhere}`,
      EVENTS_AMQP_URL: `amqp://gatehouse:${canary}@${nowhere}`,
      EVENTS_KAFKA_BROKERS: nowhere,
      WEBHOOK_URL: `http://${nowhere}/${canary}`,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
      WEBHOOK_ALLOW_PRIVATE: "true",
      OIDC_WRONG_SECRET_CLIENT_SECRET: canary,
      OIDC_AWAY_ISSUER: `http://${nowhere}`,
      OIDC_AWAY_CLIENT_ID: "gatehouse",
      GITHUB_CLIENT_ID: "an id without its secret",
    };
    server = resources.use(await startGatehouse({ cwd: home.cwd, settings }));
    user = await signUpWithoutMail();
    const { email } = user;
    providers.profile = { sub: "subject-1", email, email_verified: true };
  });

  afterAll(() => resources.disposeAsync());

  const rows = async (query: string): Promise<Record<string, unknown>[]> => [
    ...(await sql.unsafe(query)),
  ];

  async function register(): Promise<{ email: string; password: string; userId: string }> {
    const account = { email: freshEmail(), password: goodPassword };
    const answer = await server.post("/api/v1/auth/register", account);
    expect(answer.status).toBe(201);
    return { ...account, userId: answer.json.data.user_id };
  }

  /** A user who had verified the address before the settings were wrong. */
  async function signUpWithoutMail(): Promise<SignedInUser> {
    const account = await register();
    await rows(`update users set email_verified_at = now() where id = '${account.userId}'`);
    const { status, json } = await logIn(server, account);
    expect(status).toBe(200);
    const { access_token: accessToken, refresh_token: refreshToken } = json.data;
    return { ...account, accessToken, refreshToken };
  }

  const sessionsOf = (userId: string) =>
    rows(`select id from sessions where user_id = '${userId}'`);

  const signInAt = (name: string, at = server): Promise<Page> =>
    startSignIn(
      createSocialBrowser(() => at),
      name,
    );

  /** Signs in at a provider, and gives the id of the account. */
  async function userOf(provider: string, at = server): Promise<string> {
    const { status, json } = await exchange(at, codeOfRedirect(await signInAt(provider, at)));
    expect(status).toBe(200);
    return json.data.user.id;
  }

  // security 126
  test("passwords are verified as ever, and the service is ready", async () => {
    expect((await server.call("GET", "/health/ready")).status).toBe(200);
    expect((await logIn(server, user)).status).toBe(200);
    const wrong = await logIn(server, { ...user, password: "Not-that-password-1!" });
    expect([wrong.status, wrong.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);
  });

  // security 126
  test("a user whose mail cannot be sent has no way in without it, and the log says why", async () => {
    const { email, password, userId } = await register();
    const made = { token: "a".repeat(43) };
    const guess = { email, code: "000000" };
    const auth = "/api/v1/auth";
    const post = async (path: string, json: unknown) => {
      const answer = await server.post(`${auth}${path}`, json);
      expect(answer.text).not.toMatch(/access_token|refresh_token/);
      return [answer.status, answer.json.error?.code];
    };
    expect(await post("/login", { email, password })).toEqual([403, "EMAIL_NOT_VERIFIED"]);
    expect(await post("/resend-verification", { email })).toEqual([202, undefined]);
    expect(await post("/magic-link", { email })).toEqual([202, undefined]);
    expect(await post("/password/reset", { email })).toEqual([202, undefined]);
    expect(await post("/verify-email", made)).toEqual([401, "INVALID_TOKEN"]);
    expect(await post("/verify", guess)).toEqual([401, "INVALID_CODE"]);
    expect(await post("/magic-link/verify", made)).toEqual([401, "INVALID_TOKEN"]);
    expect(await post("/magic-link/verify", guess)).toEqual([401, "INVALID_CODE"]);
    const form = { grant_type: "password", username: email, password };
    const granted = await server.call("POST", "/oauth/token", { form });
    expect([granted.status, granted.json.access_token]).toEqual([400, undefined]);
    expect(await post("/login", { email, password })).toEqual([403, "EMAIL_NOT_VERIFIED"]);

    expect(await sessionsOf(userId)).toEqual([]);
    const stored = `select email_verified_at from users where id = '${userId}'`;
    expect(await rows(stored)).toEqual([{ email_verified_at: null }]);
    await eventually(
      () => server.output.stdout,
      (log) =>
        /"topic":"mail".*"reason":"Invalid login: 535 .*"delivery failed, will be tried/.test(log),
    );
    expect(mail.received).toEqual([]);
  });

  // security 126
  test("a second factor is required as ever", async () => {
    const guarded = await turnOn(server, await signUpWithoutMail());
    const before = await sessionsOf(guarded.userId);
    const asked = await logIn(server, guarded);
    expect([asked.status, asked.json.error.code, asked.json.data]).toEqual([
      403,
      "MFA_REQUIRED",
      undefined,
    ]);
    const verify = async (factor: object) => {
      const mfa_token = await mfaTokenOf(server, guarded);
      return (await call2fa(server, "verify", { mfa_token, ...factor })).status;
    };
    const code = guarded.authenticator.code();
    expect(await verify({ code: code === "000000" ? "000001" : "000000" })).toBe(401);
    expect(await sessionsOf(guarded.userId)).toEqual(before);
    expect(await verify({ recovery_code: guarded.recoveryCodes[0] })).toBe(200);
    expect(await sessionsOf(guarded.userId)).toHaveLength(before.length + 1);
  });

  // security 126
  test("a provider with half of its settings is off, and the log names the missing one", async () => {
    const off = "GITHUB_CLIENT_SECRET is missing: social login with github is off";
    expect(server.output.stdout).toContain(off);
    const start = await server.call("GET", "/api/v1/auth/oauth/github");
    expect([start.status, start.json.error.code]).toEqual([404, "NOT_FOUND"]);
    const listed = await server.call("GET", "/api/v1/auth/oauth/providers");
    const names = listed.json.data.items.map(({ name }: { name: string }) => name);
    expect(names).not.toContain("github");
    expect(names).toContain("good");
  });

  // security 126
  test.each([
    ["away", "discovery_unreachable"],
    ["wrong-secret", "client_refused"],
    ["tokens-away", "token_server_error"],
    ["keys-away", "keys_server_error"],
  ])("the provider %p gives a clear error and no session: %s", async (name, reason) => {
    const sessions = await sessionsOf(user.userId);
    const page = await signInAt(name);
    expect([page.status, page.json.error.code]).toEqual([503, "UNAVAILABLE"]);
    expect(page.headers.get("location")).toBeNull();
    expect(await sessionsOf(user.userId)).toEqual(sessions);
    const written = await rows(
      "select user_id from identities union all select user_id from social_login_codes",
    );
    expect(written).toEqual([]);
    await eventually(
      () => server.output.stdout,
      (log) => log.includes(reason),
    );
  });

  // security 126
  test("the provider whose settings are right signs its user in", async () => {
    expect(await userOf("good")).toBe(user.userId);
  });

  // security 126
  test("events wait for brokers and receivers that refuse them, and the log names each and the reason", async () => {
    const destinations = ["nats", "redis", "amqp", "kafka", "webhook"];
    await eventually(
      () => server.output.stdout,
      (log) => destinations.every((name) => reasonOf(log, name) !== null),
      20,
    );
    expect(reasonOf(server.output.stdout, "nats")).toMatch(/authorization/i);
    const deliveries = await rows(
      "select destination_id, status, count(*)::int from event_deliveries group by 1, 2 order by 1",
    );
    expect(deliveries.map(({ destination_id, status }) => [destination_id, status])).toEqual(
      destinations.toSorted().map((name) => [name, "pending"]),
    );
    expect(await nats.read()).toEqual([]);
  });

  // security 126
  test("the log holds no secret of the wrong settings", () => {
    const printed = server.output.stdout + server.output.stderr;
    for (const secret of [canary, "wrong-password", scriptedClientSecret])
      expect(printed).not.toContain(secret);
  });

  test("with the settings corrected every integration works, and what waited is sent", async () => {
    const waiting = await register();
    expect(await server.stop()).toBe(0);
    await rows("update outbox set available_at = now() where delivered_at is null");
    await rows("update event_deliveries set available_at = now()");
    await rows("update event_destinations set retry_at = null");
    await using corrected = await startGatehouse({ cwd: home.cwd, settings: right });

    const { token } = await arrivedMail(mail, "verify-email", waiting.email);
    expect((await corrected.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
    expect((await logIn(corrected, waiting)).status).toBe(200);
    await eventually(
      async () => (await nats.read()).map(({ body }) => body).join(""),
      (bodies) => bodies.includes(waiting.userId),
      20,
    );
    expect(await userOf("wrong-secret", corrected)).toBe(user.userId);
  });
});

/** Why a destination is not reached, by the log. */
function reasonOf(log: string, destination: string): string | null {
  const found = new RegExp(
    `"destination":"${destination}".*"reason":"([^"]+)".*"msg":"event (?:destination not reachable|delivery failed)`,
  ).exec(log);
  return found?.[1] ?? null;
}
