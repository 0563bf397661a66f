import { expect, test } from "bun:test";

import { writeAudit } from "../../src/features/audit/index.ts";
import { createLogger } from "../../src/platform/log/pino-logger.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { signInAdmin } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const settings = { LOG_AUDIT: "true", LOG_LEVEL: "error" };

/** The lines of the audit log in the logs of these replicas. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests look into lines of every shape
function recordsOf(...apps: readonly TestApp[]): any[] {
  return apps
    .flatMap(({ log }) => log)
    .filter((line) => line.includes('"@timestamp"'))
    .map((line) => JSON.parse(line));
}

/** Waits until every row is sealed, and gives the rows. */
async function sealedRows(app: TestApp): Promise<Record<string, unknown>[]> {
  const unsealed = () => app.rows("select id from audit_log where sequence is null");
  await eventually(unsealed, (rows) => rows.length === 0, 20);
  return app.rows("select id, action, result, user_id, request_id from audit_log order by id");
}

test("each row is logged once by all replicas together, at any level", async () => {
  await using app = await startTestApp({ settings });
  const replicas = [app, await app.replica(), await app.replica()];
  const { email, password } = await signUp(app);
  await race(30, async (index) => {
    await replicas[index % 3]?.post("/api/v1/auth/login", { email, password });
  });
  const rows = await sealedRows(app);
  expect(rows.length).toBeGreaterThan(30);
  const ids = await eventually(
    () => recordsOf(...replicas).map(({ event }) => String(event.id)),
    ({ length }) => length >= rows.length,
  );
  expect(ids.toSorted((one, other) => (one < other ? -1 : 1))).toEqual(
    rows.map(({ id }) => String(id)),
  );
});

// part of security 120
test("a line has the fields of ECS, and no secret", async () => {
  await using app = await startTestApp({ settings });
  const { accessToken: bearer, userId: adminId } = await signInAdmin(app);
  const user = await signUp(app);
  const wrong = "Wr0ng-Canary!";
  await app.post("/api/v1/auth/login", { email: user.email, password: wrong });
  const role = "auditor";
  await app.post("/api/v1/roles", { name: role, permissions: ["audit:read"] }, { bearer });
  await app.call("PATCH", `/api/v1/users/${user.userId}`, { bearer, json: { name: "Ada" } });
  const entry = { action: "events.replayed", result: "success", userId: null } as const;
  await writeAudit(createSystemContext(app.platform, "test"), { ...entry, detail: { count: 2 } });
  await sealedRows(app);
  const records = recordsOf(app);
  const recordOf = (action: string, outcome = "success") =>
    records.findLast(({ event }) => event.action === action && event.outcome === outcome);

  const failed = recordOf("user.login", "failure");
  expect(failed).toEqual({
    "@timestamp": expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/),
    ecs: { version: "8.17.0" },
    message: "user.login failure",
    event: {
      kind: "event",
      dataset: "gatehouse.audit",
      id: expect.any(String),
      action: "user.login",
      category: ["authentication"],
      outcome: "failure",
    },
    user: { id: user.userId },
    related: { user: [user.userId] },
    source: { ip: expect.any(String) },
    user_agent: { original: expect.any(String) },
    http: { request: { id: expect.any(String) } },
    labels: { actor_kind: "anonymous", reason: "wrong_password" },
    "log.level": "info",
    service: { name: "auth-service" },
  });
  expect(recordOf("user.updated")).toMatchObject({
    event: { category: ["iam"] },
    user: { id: adminId, target: { id: user.userId } },
    related: { user: [adminId, user.userId] },
    labels: { actor_kind: "user", amr: '["pwd"]', fields: '["name"]' },
  });
  expect(recordOf("role.created")).toMatchObject({
    event: { category: ["iam"] },
    user: { id: adminId },
  });
  expect(recordOf("events.replayed")).toMatchObject({
    event: { category: ["configuration"] },
    labels: { actor_kind: "system", count: "2" },
  });
  const text = app.log.join("\n");
  for (const secret of [wrong, goodPassword, user.accessToken, bearer]) {
    expect(text).not.toContain(secret);
  }
});

test("nothing is logged without LOG_AUDIT", async () => {
  await using app = await startTestApp();
  await signUp(app);
  await sealedRows(app);
  expect(recordsOf(app)).toEqual([]);
});

test("the line has its form in every format of the log", () => {
  const lines: string[] = [];
  for (const format of ["json", "pretty"] as const) {
    const stream = { write: (line: string) => void lines.push(line) };
    const log = createLogger({ level: "error", format, service: "accounts" }, stream);
    log.record({ "@timestamp": "2026-01-31T10:00:02.114Z" });
  }
  const line = `{"@timestamp":"2026-01-31T10:00:02.114Z","log.level":"info","service":{"name":"accounts"}}\n`;
  expect(lines).toEqual([line, line]);
});
