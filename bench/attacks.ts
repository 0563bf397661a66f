import { startMailServer } from "../tests/support/mail-server.ts";
import { arrivedMail } from "../tests/support/mailbox.ts";
import { createHome } from "../tests/support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../tests/support/executable.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { benchSettings, register } from "./server.ts";

const floodConnections = 90;
const owners = 8;
const junkSeconds = 10;
const mailRequests = 250;
const attacker = { "x-forwarded-for": "203.0.113.9" };

/** What an attack from one source does to others: their sign-ins and mails, and the rows that it leaves. */
export const attacks: Measurement = {
  name: "attacks",
  async measure({ rounds }) {
    const results: Result[] = [];
    for (const limits of ["true", "false"]) {
      const floods: number[] = [];
      for (let round = 0; round < rounds; round += 1) floods.push(await signInsBesideFlood(limits));
      results.push({
        id: "flood",
        what: `${owners} sign-ins beside ${floodConnections} connections of one source, cost 10, RATE_LIMITS_ENABLED=${limits}`,
        value: median(floods),
        unit: "s",
        target: { atMost: 2 },
        rounds: floods,
      });
    }
    const { rowsPerSecond, requestsPerSecond } = await junkTokens();
    results.push({
      id: "junk",
      what: "permanent rows of junk refresh tokens from one source, per second",
      value: rowsPerSecond,
      unit: "rows",
      target: { atMost: 50 },
      rounds: [rowsPerSecond],
      note: `${requestsPerSecond.toFixed(0)} requests per second`,
    });
    const mails: number[] = [];
    for (let round = 0; round < rounds; round += 1) mails.push(await mailBesideFlood());
    results.push({
      id: "mail",
      what: `a verification mail after ${mailRequests} mail requests for another address`,
      value: median(mails),
      unit: "s",
      target: { atMost: 2 },
      rounds: mails,
    });
    return results;
  },
};

async function withServer<T>(
  settings: Record<string, string>,
  work: (
    server: ServerProcess,
    rows: (query: string) => Promise<Record<string, unknown>[]>,
  ) => Promise<T>,
): Promise<T> {
  await using home = await createHome("postgres");
  const given = {
    ...home.settings,
    ...benchSettings,
    TRUSTED_PROXIES: "127.0.0.0/8",
    LOG_LEVEL: "info",
    LOG_REQUESTS: "false",
    BCRYPT_COST: "10",
    ...settings,
  };
  await using server = await startGatehouse({ ...home, settings: given });
  return await work(server, (query) => home.rows(query));
}

/** Seconds until the last of the owners, each from an address of their own, has signed in. */
function signInsBesideFlood(limits: string): Promise<number> {
  return withServer({ RATE_LIMITS_ENABLED: limits }, async (server) => {
    const users = await Promise.all(Array.from({ length: owners }, () => register(server)));
    let isOver = false;
    const flood = Array.from({ length: floodConnections }, async () => {
      while (!isOver) {
        const json = { email: freshEmail(), password: "Wrong-Password-1" };
        await server.call("POST", "/api/v1/auth/login", { json, headers: attacker });
        await Bun.sleep(20);
      }
    });
    await Bun.sleep(2000);
    const start = performance.now();
    const statuses = await Promise.all(
      users.map(async (json, number) => {
        const headers = { "x-forwarded-for": `198.51.100.${number}` };
        return (await server.call("POST", "/api/v1/auth/login", { json, headers })).status;
      }),
    );
    const seconds = (performance.now() - start) / 1000;
    isOver = true;
    await Promise.all(flood);
    return statuses.every((status) => status === 200) ? seconds : Number.NaN;
  });
}

function junkTokens(): Promise<{ rowsPerSecond: number; requestsPerSecond: number }> {
  return withServer({}, async (server, rows) => {
    const end = performance.now() + junkSeconds * 1000;
    let requests = 0;
    const callers = Array.from({ length: 32 }, async () => {
      while (performance.now() < end) {
        const json = { token: `junk-${(requests += 1)}-token-of-a-reset-link-that-was-never-sent` };
        await server.call("POST", "/api/v1/auth/verify-email", { json, headers: attacker });
      }
    });
    await Promise.all(callers);
    await server.stop();
    const [row] = await rows("select count(*)::int as count from audit_log");
    return {
      rowsPerSecond: Number(row?.["count"]) / junkSeconds,
      requestsPerSecond: requests / junkSeconds,
    };
  });
}

/** Seconds from a registration to its mail, after a flood of requests for another address. */
async function mailBesideFlood(): Promise<number> {
  await using mail = await startMailServer();
  const settings = {
    ENVIRONMENT: "test",
    MAIL_TRANSPORT: "smtp",
    SMTP_SERVER: "127.0.0.1",
    SMTP_PORT: String(mail.port),
    SMTP_TLS: "none",
    SMTP_FROM_EMAIL: "no-reply@gatehouse.test",
    REQUIRE_EMAIL_VERIFICATION: "true",
  };
  return await withServer(settings, async (server) => {
    const victim = await register(server);
    await Promise.all(
      Array.from({ length: mailRequests }, () =>
        server.post("/api/v1/auth/password/reset", { email: victim.email }),
      ),
    );
    const other = { email: freshEmail(), password: goodPassword };
    const start = performance.now();
    await server.post("/api/v1/auth/register", other);
    await arrivedMail(mail, "verify-email", other.email);
    return (performance.now() - start) / 1000;
  });
}
