import { expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import postgres from "postgres";

import { goodSecret } from "../config/load.ts";
import { createHome, createMigratedHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { startMailServer } from "../support/mail-server.ts";
import { findSparePort } from "../support/spare-port.ts";
import { TEST_CERTIFICATE } from "../support/test-certificate.ts";

setDefaultTimeout(120_000);

const secrets = {
  JWT_SECRET_KEY: goodSecret,
  SMTP_PASSWORD: "canary-of-the-mail-password",
  METRICS_TOKEN: "canary-of-the-metrics-token-4711",
  WEBHOOK_SECRET: `whsec_${Buffer.from("canary-of-the-webhook-secret-4711").toString("base64")}`,
};
const databasePassword = "canary-of-the-database";

/** No value of a secret, in any part of the output. */
function expectNoSecret(output: string): void {
  for (const value of [...Object.values(secrets), databasePassword, "canary"]) {
    expect(output).not.toContain(value);
  }
}

test("a good installation has no failure, while its server runs", async () => {
  await using home = await createHome("postgres");
  await using mail = await startMailServer();
  await using role = await createOwner(home.settings["DATABASE_URL"] ?? "");
  const certificate = join(home.cwd, "mail.pem");
  await Bun.write(certificate, TEST_CERTIFICATE);
  const port = String(await findSparePort());
  const { JWT_SECRET_KEY, SMTP_PASSWORD, METRICS_TOKEN } = secrets;
  const settings = {
    JWT_SECRET_KEY,
    SMTP_PASSWORD,
    METRICS_TOKEN,
    ENVIRONMENT: "production",
    PORT: port,
    PUBLIC_URL: `http://localhost:${port}`,
    DATABASE_URL: role.url,
    SMTP_SERVER: "localhost",
    SMTP_PORT: String(mail.port),
    SMTP_USERNAME: "gatehouse",
    SMTP_FROM_EMAIL: "auth@localhost",
    NODE_EXTRA_CA_CERTS: certificate,
  };
  await using server = await startGatehouse({ cwd: home.cwd, settings });
  expect(server.url).toContain(port);
  const { exitCode, stdout, stderr } = await runGatehouse(["doctor"], { cwd: home.cwd, settings });
  expect([exitCode, stderr]).toEqual([0, ""]);
  const json = await runGatehouse(["doctor", "--json"], { cwd: home.cwd, settings });
  expect(JSON.parse(json.stdout).counts.fail).toBe(0);
  for (const name of ["settings", "database", "migrations", "server", "public-url", "mail-login"]) {
    expect(stdout).toMatch(new RegExp(`^ok    ${name} `, "m"));
  }
  expect(mail.received).toEqual([]);
  expectNoSecret(stdout + json.stdout);
});

test("a bad installation fails with exit code 1, and with 2 if a setting is not valid", async () => {
  await using home = await createHome("postgres");
  const url = new URL(home.settings["DATABASE_URL"] ?? "");
  [url.password, url.port] = [databasePassword, "1"];
  const dead = String(await findSparePort());
  const settings = {
    ...secrets,
    ENVIRONMENT: "production",
    PORT: String(await findSparePort()),
    PUBLIC_URL: "https://auth.example.com",
    DATABASE_URL: url.href,
    DATABASE_TIMEOUT: "1s",
    SMTP_SERVER: "localhost",
    SMTP_PORT: dead,
    SMTP_USERNAME: "gatehouse",
    SMTP_FROM_EMAIL: "auth@mail.example.org",
    EVENTS_REDIS_URL: `redis://:canary-redis@127.0.0.1:${dead}`,
    WEBHOOK_URL: `http://127.0.0.1:${dead}/events?key=canary-of-the-address`,
    WEBHOOK_ALLOW_PRIVATE: "true",
    RATE_LIMITS_ENABLED: "false",
  };
  const failing = await runGatehouse(["doctor"], { cwd: home.cwd, settings });
  expect([failing.exitCode, failing.stderr]).toEqual([1, "gatehouse: 5 checks fail\n"]);
  for (const name of ["database", "trusted-proxies", "mail-server", "redis", "webhook"]) {
    expect(failing.stdout).toMatch(new RegExp(`^fail  ${name} .*; `, "m"));
  }
  const invalid = await runGatehouse(["doctor"], {
    cwd: home.cwd,
    settings: { ...settings, JWT_SECRET_KEY: "canary", JWT_SECRT_KEY: "canary" },
  });
  expect(invalid.exitCode).toBe(2);
  expect(invalid.stdout).toMatch(/^fail {2}JWT_SECRET_KEY .*32 bytes/m);
  expectNoSecret(failing.stdout + invalid.stdout);
});

test("on the embedded database it works without a server and while one runs", async () => {
  await using home = await createMigratedHome("embedded");
  const alone = await runGatehouse(["doctor"], { cwd: home.cwd, settings: { BCRYPT_COST: "10" } });
  expect(alone.exitCode).toBe(0);
  expect(alone.stdout).toMatch(/^ok {4}migrations /m);
  await using server = await startGatehouse({ cwd: home.cwd });
  const settings = { PORT: new URL(server.url).port, BCRYPT_COST: "10" };
  const { exitCode, stdout } = await runGatehouse(["doctor"], { cwd: home.cwd, settings });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^ok {4}database /m);
  expect(stdout).toMatch(/^ok {4}migrations /m);
  expect(stdout).toMatch(/^ok {4}server .*is ready/m);
});

/** A role that owns the database, as a good installation has it; dropped at the end. */
async function createOwner(serverUrl: string) {
  const sql = postgres(serverUrl, { max: 1, onnotice: () => undefined });
  const name = `owner_${Bun.randomUUIDv7().replaceAll("-", "")}`;
  const url = new URL(serverUrl);
  await sql.unsafe(`create role ${name} login password '${databasePassword}'`);
  await sql.unsafe(`alter database ${url.pathname.slice(1)} owner to ${name}`);
  await sql.unsafe(`grant create on schema public to ${name}`);
  [url.username, url.password] = [name, databasePassword];
  return {
    url: url.href,
    async [Symbol.asyncDispose]() {
      await sql.unsafe(`reassign owned by ${name} to current_user`);
      await sql.unsafe(`drop owned by ${name}`);
      await sql.unsafe(`drop role ${name}`);
      await sql.end();
    },
  };
}
