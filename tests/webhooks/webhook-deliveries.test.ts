import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { logIn, type SignedInUser } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { createWebhook, deliveriesOf, startReceiver, writeEvent } from "../support/webhooks.ts";

const settings = { WEBHOOK_ALLOW_PRIVATE: "true" };
const isTime = expect.stringMatching(/Z$/);

describe.each([...databaseKinds])("the deliveries on %s", (database) => {
  const app = useTestApp({ database, settings });
  let admin: SignedInUser;
  let bearer: string;

  beforeAll(async () => {
    admin = await signInAdmin(app);
    bearer = admin.accessToken;
  });

  test("are listed, the newest event first, and sent again on request", async () => {
    await using receiver = startReceiver();
    const { id } = await createWebhook(app, bearer, {
      url: receiver.url,
      event_types: ["user.logged_in"],
    });
    await logIn(app, admin);
    await writeEvent(app, admin.userId);
    await logIn(app, admin);
    const [first, second] = await receiver.atLeast(2);
    const items = await deliveriesOf(app, bearer, id, (all) =>
      all.every(({ status }) => status === "delivered"),
    );
    expect(receiver.received.map(({ event }) => event.event_type)).toEqual([
      "user.logged_in",
      "user.logged_in",
    ]);
    expect(items.map(({ delivery_id: deliveryId }) => deliveryId)).toEqual([second?.id, first?.id]);
    expect(items[0]).toEqual({
      delivery_id: second?.id,
      event_type: "user.logged_in",
      status: "delivered",
      attempts: 1,
      response_status: 204,
      last_error: null,
      created_at: isTime,
      delivered_at: isTime,
      next_attempt_at: null,
    });
    const at = `/api/v1/webhooks/${id}/deliveries`;
    const page = (await app.call("GET", `${at}?limit=1`, { bearer })).json.data;
    const next = await app.call("GET", `${at}?limit=1&cursor=${page.next_cursor}`, { bearer });
    expect([page.items[0].delivery_id, next.json.data.items[0].delivery_id]).toEqual([
      second?.id,
      first?.id,
    ]);
    expect(next.json.data.next_cursor).toBeNull();

    const replay = await app.call("POST", `${at}/${first?.id}/replay`, { bearer });
    expect([replay.status, replay.json.data.delivery_id]).toEqual([202, first?.id]);
    expect(await auditOf(app, replay)).toEqual([
      expect.objectContaining({
        action: "webhook.delivery_replayed",
        detail: { webhook_id: id, delivery_id: first?.id },
      }),
    ]);
    const repeated = (await receiver.atLeast(3))[2];
    expect([repeated?.id, repeated?.body]).toEqual([first?.id, first?.body]);
    await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
    const left = `select 1 as one from event_deliveries where destination_id = '${id}'`;
    expect(await app.rows(left)).toEqual([]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("a test is sent to one webhook alone, whatever types it gets", async () => {
    await using receiver = startReceiver();
    const { id } = await createWebhook(app, bearer, {
      url: receiver.url,
      event_types: ["user.deleted"],
    });
    const other = await createWebhook(app, bearer, { url: receiver.url });
    const tested = await app.call("POST", `/api/v1/webhooks/${id}/test`, { bearer });
    expect(tested.status).toBe(202);
    const deliveryId: string = tested.json.data.delivery_id;
    const [request] = await receiver.atLeast(1);
    expect(request?.event).toEqual({
      event_id: deliveryId,
      event_type: "webhook.test",
      timestamp: isTime,
      data: { user_id: admin.userId, webhook_id: id },
    });
    expect(await auditOf(app, tested)).toEqual([
      expect.objectContaining({
        action: "webhook.tested",
        detail: { webhook_id: id, delivery_id: deliveryId },
      }),
    ]);
    await deliveriesOf(app, bearer, id, ([item]) => item?.status === "delivered");
    expect(await deliveriesOf(app, bearer, other.id, () => true)).toEqual([]);
    for (const one of [id, other.id]) {
      await app.call("DELETE", `/api/v1/webhooks/${one}`, { bearer });
    }
  });

  test("nothing is sent to a webhook that is disabled", async () => {
    await using receiver = startReceiver();
    const { id } = await createWebhook(app, bearer, { url: receiver.url });
    await writeEvent(app, admin.userId);
    const [item] = await deliveriesOf(app, bearer, id, ([one]) => one?.status === "delivered");
    const json = { status: "disabled" };
    await app.call("PATCH", `/api/v1/webhooks/${id}`, { bearer, json });
    await writeEvent(app, admin.userId);
    for (const at of ["test", `deliveries/${item.delivery_id}/replay`]) {
      const answer = await app.call("POST", `/api/v1/webhooks/${id}/${at}`, { bearer });
      expect([answer.status, answer.json.error.code]).toEqual([409, "CONFLICT"]);
      expect(await auditOf(app, answer)).toEqual([]);
    }
    expect(await deliveriesOf(app, bearer, id, () => true)).toEqual([item]);
    await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
  });
});

describe("with several replicas", () => {
  const app = useTestApp({ settings });

  test("a webhook that one replica has created gets the next event from another", async () => {
    await using receiver = startReceiver();
    const { accessToken: bearer } = await signInAdmin(app);
    const other = await app.replica({
      DATABASE_URL: app.platform.settings.databaseUrl ?? "",
      DATA_DIR: app.platform.settings.dataDir,
    });
    await createWebhook(app, bearer, { url: receiver.url });
    await writeEvent(other, crypto.randomUUID(), 7);
    const [request] = await receiver.atLeast(1);
    expect(request?.event.data.fields).toEqual(["7"]);
  });
});
