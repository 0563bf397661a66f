import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseDump } from "../support/database-dump.ts";
import { databaseKinds } from "../support/databases.ts";
import type { SignedInUser } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

const path = "/api/v1/webhooks";
const url = "https://app.example.com/events";
const isSecret = expect.stringMatching(/^whsec_[\w+/]{43}=$/);
const isTime = expect.stringMatching(/Z$/);

describe.each([...databaseKinds])("the webhooks on %s", (database) => {
  // Fifty statements at once wait for longer than the default on a busy machine.
  const app = useTestApp({ database, settings: { DATABASE_TIMEOUT: "60s" } });
  let admin: SignedInUser;

  beforeAll(async () => {
    admin = await signInAdmin(app);
  });

  const call = (method: string, at: string, json?: unknown) =>
    app.call(method, at, { bearer: admin.accessToken, ...(json === undefined ? {} : { json }) });

  const auditRow = (action: string, detail: Record<string, unknown>) =>
    expect.objectContaining({ action, result: "success", actor_kind: "user", detail });

  // security 122
  test("a webhook is created, listed, changed, given another secret and deleted; each is recorded", async () => {
    const made = await call("POST", path, { url, event_types: ["user.deleted"] });
    const { id } = made.json.data.webhook;
    const webhook = {
      id,
      url,
      event_types: ["user.deleted"],
      description: null,
      status: "active",
      disabled_reason: null,
      last_error: null,
      created_at: isTime,
      updated_at: isTime,
    };
    expect([made.status, made.json.data]).toEqual([201, { webhook, secret: isSecret }]);
    expect(made.headers.get("cache-control")).toBe("no-store");
    const host = "app.example.com";
    expect(await auditOf(app, made)).toEqual([
      auditRow("webhook.created", { webhook_id: id, host, event_types: ["user.deleted"] }),
    ]);

    expect((await call("GET", path)).json.data).toEqual({ items: [webhook], next_cursor: null });
    expect((await call("GET", `${path}/${id}`)).json.data).toEqual(webhook);

    const change = { event_types: null, description: "CRM", url: "https://b.example.com" };
    const changed = await call("PATCH", `${path}/${id}`, change);
    const after = { ...webhook, ...change, url: "https://b.example.com/" };
    expect([changed.status, changed.json.data]).toEqual([200, after]);
    expect(await auditOf(app, changed)).toEqual([
      auditRow("webhook.updated", {
        webhook_id: id,
        fields: ["url", "event_types", "description"],
        host: "b.example.com",
        event_types: null,
      }),
    ]);
    const unchanged = await call("PATCH", `${path}/${id}`, {});
    expect([unchanged.status, unchanged.json.data]).toEqual([200, after]);
    expect(await auditOf(app, unchanged)).toEqual([]);

    const disabled = await call("PATCH", `${path}/${id}`, { status: "disabled" });
    const disabled_reason = "It was disabled by a user.";
    expect(disabled.json.data).toEqual({ ...after, status: "disabled", disabled_reason });
    const active = await call("PATCH", `${path}/${id}`, { status: "active" });
    expect(active.json.data).toEqual(after);
    expect(await auditOf(app, active)).toEqual([
      auditRow("webhook.updated", { webhook_id: id, fields: ["status"], status: "active" }),
    ]);

    const rotated = await call("POST", `${path}/${id}/rotate-secret`);
    expect([rotated.status, rotated.json.data]).toEqual([
      200,
      { webhook: after, secret: isSecret },
    ]);
    expect(await auditOf(app, rotated)).toEqual([
      auditRow("webhook.secret_rotated", { webhook_id: id }),
    ]);
    expect(rotated.json.data.secret).not.toBe(made.json.data.secret);

    // security 120
    const stored = await databaseDump(app);
    for (const { json } of [made, rotated]) {
      const secret: string = json.data.secret;
      for (const text of [secret, secret.slice("whsec_".length)]) {
        expect(stored).not.toContain(text);
        expect(app.log.join("\n")).not.toContain(text);
      }
    }

    const deleted = await call("DELETE", `${path}/${id}`);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    expect(await auditOf(app, deleted)).toEqual([auditRow("webhook.deleted", { webhook_id: id })]);
    expect((await call("DELETE", `${path}/${id}`)).status).toBe(404);
    expect((await call("GET", path)).json.data.items).toEqual([]);
    expect(await app.rows("select id from event_destinations where kind = 'webhook'")).toEqual([]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("there are never more than 50 webhooks, even if they are created at the same time", async () => {
    // No event is for them: those of 50 webhooks would take most of the time of this test.
    const input = { url, event_types: ["user.deleted"] };
    await race(48, () => call("POST", path, input));
    const last = await race(5, () => call("POST", path, input));
    const statuses = last.map(({ status }) => status);
    expect(statuses.toSorted((one, other) => one - other)).toEqual([201, 201, 409, 409, 409]);
    const refused = last.find(({ status }) => status === 409);
    expect(refused?.json.error.code).toBe("CONFLICT");
    const { items, next_cursor: cursor } = (await call("GET", `${path}?limit=30`)).json.data;
    const rest = (await call("GET", `${path}?limit=30&cursor=${cursor}`)).json.data;
    const ids = [...items, ...rest.items].map(({ id }: { id: string }) => id);
    expect([ids.length, rest.next_cursor]).toEqual([50, null]);
    expect(ids).toEqual(ids.toSorted().toReversed());
    const destinations = await app.rows("select id from event_destinations where kind = 'webhook'");
    expect(destinations.map(({ id }) => String(id)).toSorted()).toEqual(ids.toReversed());
    expect((await call("DELETE", `${path}/${ids[7]}`)).status).toBe(204);
    expect((await call("POST", path, input)).status).toBe(201);
  });
});
