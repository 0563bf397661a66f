import { expect, test } from "bun:test";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { ProviderError } from "../../src/features/social-login/index.ts";
import { proxyFinding } from "../../src/app/doctor/checks/public-address.ts";
import { asJson, asText } from "../../src/app/doctor/report.ts";
import { runChecks } from "../../src/app/doctor/run-checks.ts";
import { createSharedTestDatabase } from "../support/databases.ts";
import { dnsOf, findingsOf } from "../support/doctor.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { startMailServer } from "../support/mail-server.ts";
import { findSparePort } from "../support/spare-port.ts";
import { routeToStandIns } from "../support/stand-in-client.ts";
import { TEST_CERTIFICATE } from "../support/test-certificate.ts";
import { startTraceCollector } from "../support/trace-collector.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

const mail = {
  MAIL_TRANSPORT: "smtp",
  SMTP_SERVER: "localhost",
  SMTP_FROM_EMAIL: "auth@mail.example.org",
  SMTP_USERNAME: "gatehouse",
  SMTP_PASSWORD: "canary-of-the-mail-password",
};

test("settings that are not valid are findings of their own, and what needs them is not checked", async () => {
  for (const DATABASE_URL of ["not-a-url", "postgres://db.example/d?sslmode=bogus"]) {
    const findings = await findingsOf({ SMTP_PORT: "none", DATABASE_URL });
    expect(findings.get("SMTP_PORT")).toMatchObject({
      outcome: "fail",
      what: "must be a whole number from 1 to 65535",
    });
    expect(findings.get("DATABASE_URL")?.outcome).toBe("fail");
    expect(findings.get("database")).toMatchObject({
      outcome: "skip",
      what: "not checked, because DATABASE_URL is not valid",
    });
    expect(findings.get("mail-server")?.outcome).toBe("skip");
    expect(findings.get("password-hashing")?.outcome).toBe("ok");
  }
});

test("settings that production refuses are warnings before it, each with what to do", async () => {
  const findings = await findingsOf({ JWT_SECRET_KEY: undefined, RATE_LIMITS_ENABLED: "false" });
  const notes = ["ENVIRONMENT", "JWT_SECRET_KEY", "DATABASE_URL", "RATE_LIMITS_ENABLED"];
  for (const name of notes) {
    expect(findings.get(name)).toMatchObject({ outcome: "warn", advice: expect.any(String) });
  }
});

test("a mail server that encrypts and accepts the login passes, and gets no mail", async () => {
  await using server = await startMailServer();
  const findings = await findingsOf(
    { ...mail, SMTP_PORT: String(server.port) },
    { mailCertificates: TEST_CERTIFICATE },
  );
  expect(findings.get("mail-server")?.outcome).toBe("ok");
  expect(findings.get("mail-encryption")?.what).toBe("TLS, with a valid certificate");
  expect(findings.get("mail-login")?.what).toBe("accepted");
  expect(server.received).toEqual([]);
});

test("mail: no server, a certificate of another authority, no STARTTLS and a wrong password are told apart", async () => {
  await using server = await startMailServer({
    onAuth: (_auth, _session, callback) => callback(new Error("canary-of-the-server")),
  });
  await using plain = await startMailServer({ disabledCommands: ["STARTTLS"] });
  const port = String(server.port);
  const [away, untrusted, unencrypted, refused] = await Promise.all([
    findingsOf({ ...mail, SMTP_PORT: String(await findSparePort()) }),
    findingsOf({ ...mail, SMTP_PORT: port }),
    findingsOf({ ...mail, SMTP_PORT: String(plain.port) }),
    findingsOf({ ...mail, SMTP_PORT: port }, { mailCertificates: TEST_CERTIFICATE }),
  ]);
  expect(away.get("mail-server")?.what).toContain("ECONNREFUSED");
  expect(untrusted.get("mail-encryption")?.outcome).toBe("fail");
  expect(unencrypted.get("mail-encryption")?.outcome).toBe("fail");
  expect(refused.get("mail-login")).toMatchObject({
    outcome: "fail",
    what: "the server does not accept the login (EAUTH)",
  });
  const printed = [away, untrusted, unencrypted, refused].map((each) => asJson([...each.values()]));
  expect(printed.join("")).not.toContain("canary");
});

test("SPF, DKIM and DMARC are looked up for the sender's domain, DMARC also above it", async () => {
  const names = ["spf", "dkim", "dmarc"];
  const smtp = { ...mail, SMTP_PORT: String(await findSparePort()) };
  const outcomesOf = async (records: Record<string, readonly string[]>) => {
    const findings = await findingsOf(smtp, { resolveText: dnsOf(records) });
    return names.map((name) => findings.get(name)?.outcome);
  };
  const good = {
    "mail.example.org": ["google-site-verification=1", "v=spf1 include:example.net -all"],
    "_domainkey.mail.example.org": [],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
  };
  expect(await outcomesOf(good)).toEqual(["ok", "ok", "ok"]);
  expect(await outcomesOf({})).toEqual(["warn", "warn", "warn"]);
  const loose = { ...good, "mail.example.org": ["v=spf1 a mx +all"] };
  expect(await outcomesOf(loose)).toEqual(["warn", "ok", "ok"]);
  const twice = { ...good, "mail.example.org": ["v=spf1 -all", "v=spf1 a -all"] };
  expect(await outcomesOf(twice)).toEqual(["warn", "ok", "ok"]);
});

test("a sender in a private domain has no public DNS to look at", async () => {
  const smtp = { ...mail, SMTP_PORT: String(await findSparePort()) };
  const findings = await findingsOf({ ...smtp, SMTP_FROM_EMAIL: "auth@mail.internal" });
  expect(findings.get("sender-domain")?.outcome).toBe("skip");
});

test("DNS without an answer is no finding about the domain", async () => {
  const silence = () => Promise.reject(Object.assign(new Error("late"), { code: "ETIMEOUT" }));
  const smtp = { ...mail, SMTP_PORT: String(await findSparePort()) };
  const findings = await findingsOf(smtp, { resolveText: silence });
  expect(findings.get("spf")?.outcome).toBe("skip");
});

test("a broker, a webhook and a provider that are away fail, without their secrets", async () => {
  const port = await findSparePort();
  const down = createFakeProvider("down");
  down.failNext("reach", new ProviderError("unavailable", "discovery_unreachable"));
  const findings = await findingsOf(
    {
      EVENTS_NATS_URL: `nats://gatehouse:canary-nats@127.0.0.1:${port}`,
      EVENTS_AMQP_URL: `amqp://gatehouse:canary-amqp@127.0.0.1:${port}`,
      EVENTS_REDIS_URL: `redis://:canary-redis@127.0.0.1:${port}`,
      WEBHOOK_URL: `http://127.0.0.1:${port}/events?key=canary-webhook`,
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
      WEBHOOK_ALLOW_PRIVATE: "true",
    },
    {
      providers: new Map([
        ["down", down],
        ["up", createFakeProvider("up")],
      ]),
    },
  );
  for (const name of ["nats", "amqp", "redis", "webhook", "social-login-down"]) {
    expect([name, findings.get(name)?.outcome]).toEqual([name, "fail"]);
  }
  expect(findings.get("social-login-up")?.outcome).toBe("ok");
  expect(asText([...findings.values()])).not.toContain("canary");
});

test("a webhook's receiver that responds passes, and gets no event", async () => {
  const bodies: string[] = [];
  using receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      bodies.push(`${request.method} ${await request.text()}`);
      return new Response(null, { status: 405 });
    },
  });
  const findings = await findingsOf({
    WEBHOOK_URL: `http://127.0.0.1:${receiver.port}/events`,
    WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
    WEBHOOK_ALLOW_PRIVATE: "true",
  });
  expect(findings.get("webhook")?.outcome).toBe("ok");
  expect(bodies).toEqual(["GET "]);
});

// security 152
test("a list of breached passwords that does not respond is a warning, and one that does passes", async () => {
  const list = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("0:0") });
  const httpClient = routeToStandIns({ "https://api.pwnedpasswords.com": list.url.origin });
  const check = async (settings: Record<string, string>) =>
    (await findingsOf(settings, { httpClient })).get("breached-passwords")?.outcome;
  expect(await check({})).toBe("skip");
  expect(await check({ PASSWORD_HIBP: "true" })).toBe("ok");
  await list.stop(true);
  expect(await check({ PASSWORD_HIBP: "true" })).toBe("warn");
});

test("a collector of traces that takes a batch passes, and one that is away or refuses fails", async () => {
  const collector = startTraceCollector();
  const OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  const taken = await findingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT });
  expect(taken.get("traces")?.outcome).toBe("ok");
  expect(collector.spans()).toEqual([]);
  collector.respond = () => new Response("", { status: 401 });
  const refused = await findingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT });
  expect(refused.get("traces")?.what).toBe("the collector refuses them");
  await collector.stop();
  const away = await findingsOf({ OTEL_EXPORTER_OTLP_ENDPOINT });
  expect(away.get("traces")?.what).toBe("the collector does not respond");
});

test("the port has a ready server, another program, or is free", async () => {
  const ready = new URL(app.url);
  const here = { PORT: ready.port, PUBLIC_URL: `http://localhost:${ready.port}` };
  const ofReady = await findingsOf(here);
  expect(ofReady.get("server")?.what).toContain("is ready");
  expect(ofReady.get("public-url")?.outcome).toBe("ok");

  using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("hello") });
  const ofOther = await findingsOf({ PORT: String(other.port) });
  expect(ofOther.get("server")?.outcome).toBe("fail");

  const ofFree = await findingsOf({ PORT: String(await findSparePort()) });
  expect(ofFree.get("server")?.what).toContain("is free");
});

test("what TRUSTED_PROXIES has is compared with what PUBLIC_URL says", async () => {
  const outcomeOf = async (publicUrl: string, trustedProxies: string[], addresses: string[]) =>
    (await proxyFinding({ publicUrl, trustedProxies }, () => Promise.resolve(addresses))).outcome;
  expect(await outcomeOf("http://localhost:8000", [], [])).toBe("skip");
  expect(await outcomeOf("https://auth.example.com", [], ["203.0.113.7"])).toBe("fail");
  expect(await outcomeOf("https://auth.example.com", ["10.0.0.0/8"], ["10.1.2.3"])).toBe("ok");
  expect(await outcomeOf("https://auth.example.com", ["10.0.0.0/8"], ["192.168.1.4"])).toBe("warn");
  expect(await outcomeOf("https://auth.example.com", ["10.0.0.0/8"], ["8.8.8.8"])).toBe("ok");
});

test("a data directory that others can read is a warning", async () => {
  const database = await createSharedTestDatabase("embedded");
  try {
    const directory = join(database.settings["DATA_DIR"] ?? "", "open");
    await mkdir(directory, { mode: 0o755 });
    const findings = await findingsOf({ DATA_DIR: directory });
    expect(findings.get("data-directory")?.outcome).toBe("warn");
    expect(findings.get("disk")?.what).toMatch(/^\d+ MiB free/);
  } finally {
    await database.remove();
  }
});

test("a check without a result in time, or that throws, is one failure and hides no other finding", async () => {
  const installation = { platform: app.platform, providers: new Map(), smtp: null };
  const quick = { needs: [], timeoutSeconds: 0.01 } as const;
  const findings = await runChecks(
    [
      { ...quick, name: "slow", run: () => new Promise(() => {}) },
      { ...quick, name: "broken", run: () => Promise.reject(new TypeError("canary")) },
    ],
    { ...installation, resolveText: () => Promise.resolve([]) },
    new Set(),
  );
  expect(findings.map(({ name, outcome, what }) => [name, outcome, what])).toEqual([
    ["slow", "fail", "no result within 0.01 s"],
    ["broken", "fail", "the check itself failed (TypeError)"],
  ]);
});

test("a line has the outcome, the name, what was found and what to do", () => {
  const findings = [
    { outcome: "ok", name: "clock", what: "agrees", advice: null },
    { outcome: "warn", name: "spf", what: "none\u001b[31m", advice: "publish one" },
  ] as const;
  expect(asText(findings)).toBe(
    "ok    clock  agrees\nwarn  spf    none [31m; publish one\n1 ok, 1 warn, 0 fail, 0 skip\n",
  );
  expect(JSON.parse(asJson(findings)).counts).toEqual({ ok: 1, warn: 1, fail: 0, skip: 0 });
});
