import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  createDebianPostgres,
  type DebianPostgres,
  findDebianPostgres,
} from "../support/debian-postgres.ts";
import { eventually } from "../support/eventually.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { startFailoverLoad } from "../support/failover-load.ts";
import { describeWhere } from "../support/installed-program.ts";
import { goodPassword } from "../support/journey.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";

setDefaultTimeout(180_000);

const recoverySeconds = 5;
const login = "gate:gate-pw";

describeWhere(
  "two replicas on a primary and its synchronous standby",
  await findDebianPostgres(),
  (programs) => {
    let cwd: string;
    let primary: DebianPostgres;
    let standby: DebianPostgres;
    let replicas: ServerProcess[];
    let mail: MailServer;

    beforeAll(async () => {
      cwd = await mkdtemp(join(tmpdir(), "gatehouse-failover-"));
      mail = await startMailServer();
      primary = await createDebianPostgres(programs);
      await primary.start();
      await primary.sql("create user gate password 'gate-pw'");
      await primary.sql("create database gate owner gate");
      standby = await createDebianPostgres(programs, { primary });
      await standby.start();
      await primary.sql("alter system set synchronous_standby_names = 'standby'");
      await primary.sql("select pg_reload_conf()");
      await eventually(
        () => primary.sql("select sync_state from pg_stat_replication"),
        (state) => state === "sync",
        20,
      );
      const hosts = `127.0.0.1:${standby.port},127.0.0.1:${primary.port}`;
      const settings = {
        DATABASE_URL: `postgres://${login}@${hosts}/gate?target_session_attrs=read-write`,
        REQUIRE_EMAIL_VERIFICATION: "false",
        BCRYPT_COST: "10",
        RATE_LIMITS_ENABLED: "false",
        JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
        SMTP_SERVER: "127.0.0.1",
        SMTP_PORT: String(mail.port),
        SMTP_TLS: "none",
        SMTP_FROM_EMAIL: "no-reply@gatehouse.test",
      };
      const start = (name: string): Promise<ServerProcess> =>
        startGatehouse({ cwd, settings: { ...settings, SERVICE_NAME: name } });
      replicas = [await start("one"), await start("other")];
    });

    afterAll(async () => {
      for (const replica of replicas) await replica[Symbol.asyncDispose]();
      await standby.remove();
      await primary.remove();
      await mail[Symbol.asyncDispose]();
      await rm(cwd, { recursive: true, force: true });
    });

    test("the primary dies and the standby is promoted: every acknowledged write is there, and no replica restarts", async () => {
      const [one, other] = replicas as [ServerProcess, ServerProcess];
      const load = await startFailoverLoad(replicas);
      const user = await load.signUp(one);
      const me = (at: ServerProcess) =>
        at.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
      expect((await me(other)).status).toBe(200);
      await load.someMore();

      await primary.end("SIGQUIT");
      // While there is no primary, nothing is answered from what was remembered.
      await Bun.sleep(300);
      for (let count = 0; count < 20; count += 1) {
        expect([(await me(one)).status, (await me(other)).status]).toEqual([503, 503]);
      }
      const promoted = performance.now();
      await standby.promote();
      const seconds = await load.recoveredAfter(promoted);
      await load.someMore();
      const { registered, tokens, statuses } = await load.finish();

      console.log(
        `recovered ${seconds.map((each) => each.toFixed(2)).join(" and ")} s after the promotion, with ${registered.length} registrations and ${tokens.length} chains of refreshes`,
      );
      for (const each of seconds) expect(each).toBeLessThanOrEqual(recoverySeconds);
      expect([...statuses].filter((status) => ![200, 201, 503].includes(status))).toEqual([]);
      const stored = await rows("select email from users");
      expect(registered.filter((email) => !stored.has(email))).toEqual([]);
      const refreshed = await Promise.all(
        tokens.map((refresh_token) => one.post("/api/v1/auth/refresh", { refresh_token })),
      );
      expect(new Set(refreshed.map(({ status }) => status))).toEqual(new Set([200]));
    });

    test("afterwards revocations are seen by the other replica, and mails are delivered", async () => {
      const [one, other] = replicas as [ServerProcess, ServerProcess];
      const load = await startFailoverLoad(replicas, 0);
      const user = await load.signUp(one);
      const me = () => other.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
      expect([(await me()).status, (await me()).status]).toEqual([200, 200]);
      const out = await one.call("POST", "/api/v1/auth/logout", { bearer: user.accessToken });
      expect(out.status).toBe(200);
      await eventually(me, ({ status }) => status === 401, 2);
      const asked = await other.post("/api/v1/auth/password/reset", { email: user.email });
      expect(asked.status).toBe(202);
      await eventually(
        () => mail.received.filter(({ recipients }) => recipients.includes(user.email)).length,
        (count) => count > 0,
        20,
      );
    });

    // The bad day: a switchover in which the old primary keeps its connections and refuses writes.
    test("connections to a server that has become read-only are given up for the one that accepts writes", async () => {
      await standby.sql("alter system set default_transaction_read_only = on");
      await standby.sql("select pg_reload_conf()");
      const [one] = replicas as [ServerProcess];
      const json = { email: `late-${Bun.randomUUIDv7()}@example.com`, password: goodPassword };
      expect((await one.post("/api/v1/auth/register", json)).status).toBe(503);
      const before = await poolOf("one");
      await standby.sql("alter system reset default_transaction_read_only");
      await standby.sql("select pg_reload_conf()");
      await eventually(
        () => one.post("/api/v1/auth/register", json),
        ({ status }) => status === 201,
        10,
      );
      const after = await poolOf("one");
      expect(before.filter((pid) => after.includes(pid))).toEqual([]);
    });

    async function rows(statement: string): Promise<Set<string>> {
      return new Set((await standby.sql(statement, "gate")).split("\n"));
    }

    async function poolOf(name: string): Promise<string[]> {
      const found = await standby.sql(
        `select pid from pg_stat_activity where application_name = '${name}'`,
      );
      return found.split("\n");
    }
  },
);
