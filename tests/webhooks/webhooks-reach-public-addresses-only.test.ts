import { beforeAll, describe, expect, test } from "bun:test";

import { createHttpClient } from "../../src/platform/http-client/http-client.ts";
import { signInAdmin } from "../support/admin.ts";
import { useTestApp } from "../support/test-app.ts";
import { createWebhook, deliveriesOf, startReceiver, writeEvent } from "../support/webhooks.ts";

const notPublic = expect.stringContaining("an address that is not public");

describe("without WEBHOOK_ALLOW_PRIVATE", () => {
  const httpClient = createHttpClient({
    resolve: () => Promise.resolve(["192.168.7.7"]),
  });
  const app = useTestApp({ overrides: { httpClient } });
  let bearer: string;

  beforeAll(async () => {
    bearer = (await signInAdmin(app)).accessToken;
  });

  // security 137
  test.each([
    "https://127.0.0.1/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::1]/",
    "https://[fd00::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://127.1/",
    "https://0.0.0.0/",
    "https://internal.example/",
  ])("nothing is sent to %s", async (url) => {
    const { id } = await createWebhook(app, bearer, { url });
    await writeEvent(app, crypto.randomUUID());
    const [failed] = await deliveriesOf(app, bearer, id, ([item]) => item?.last_error);
    expect([failed.status, failed.response_status, failed.last_error]).toEqual([
      "pending",
      null,
      notPublic,
    ]);
    await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
  });
});

describe("with WEBHOOK_ALLOW_PRIVATE", () => {
  /** The address of `rebinding.example`, when it is asked for. */
  let address = "127.0.0.1";
  const httpClient = createHttpClient({ resolve: () => Promise.resolve([address]) });
  const settings = { WEBHOOK_ALLOW_PRIVATE: "true" };
  const app = useTestApp({ settings, overrides: { httpClient } });
  let bearer: string;

  beforeAll(async () => {
    bearer = (await signInAdmin(app)).accessToken;
  });

  // security 137
  test("link-local addresses are refused all the same", async () => {
    const { id } = await createWebhook(app, bearer, { url: "http://169.254.169.254/" });
    await writeEvent(app, crypto.randomUUID());
    const [failed] = await deliveriesOf(app, bearer, id, ([item]) => item?.last_error);
    expect(failed.last_error).toEqual(notPublic);
    await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
  });

  // Attack: the name leads to an allowed address for the first request, and to another one for the second.
  // security 137
  test("a name is checked for each request, also while a connection to it is kept", async () => {
    await using receiver = startReceiver();
    const url = receiver.url.replace("127.0.0.1", "rebinding.example");
    const { id } = await createWebhook(app, bearer, { url });
    await writeEvent(app, crypto.randomUUID());
    await deliveriesOf(app, bearer, id, ([item]) => item?.status === "delivered");
    address = "169.254.169.254";
    await writeEvent(app, crypto.randomUUID());
    const [failed] = await deliveriesOf(app, bearer, id, ([item]) => item?.last_error);
    expect(failed.last_error).toEqual(notPublic);
    expect(receiver.received).toHaveLength(1);
    await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
  });

  // security 134 and 137
  test.each([301, 302, 303, 307, 308])("a redirect (%d) is not followed", async (status) => {
    await using target = startReceiver();
    const headers = { location: target.url };
    await using receiver = startReceiver(() => new Response(null, { status, headers }));
    const { id } = await createWebhook(app, bearer, { url: receiver.url });
    await writeEvent(app, crypto.randomUUID());
    const [failed] = await deliveriesOf(app, bearer, id, ([item]) => item?.last_error);
    expect([failed.response_status, failed.last_error]).toEqual([
      status,
      `The receiver responded with ${status}. Redirects are not followed.`,
    ]);
    expect(target.received).toEqual([]);
    await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
  });

  // part of security 120
  test("nothing of a response's body is stored or logged, however large it is", async () => {
    const canary = "body-of-the-receiver";
    await using receiver = startReceiver(
      (_, count) =>
        new Response(canary.repeat(50_000), {
          status: count === 1 ? 500 : 200,
          statusText: canary,
          headers: { "x-canary": canary },
        }),
    );
    const { id } = await createWebhook(app, bearer, { url: receiver.url });
    await writeEvent(app, crypto.randomUUID());
    const [item] = await deliveriesOf(app, bearer, id, ([one]) => one?.status === "delivered");
    expect(item.attempts).toBe(2);
    const stored = await app.rows("select to_jsonb(d)::text as row from event_deliveries d");
    expect([...stored.map(({ row }) => row), ...app.log].join("\n")).not.toContain(canary);
    await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
  });
});
