import { afterAll, beforeAll, expect, setSystemTime, test } from "bun:test";
import { Webhook } from "standardwebhooks";

import { signInAdmin } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { useTestApp } from "../support/test-app.ts";
import {
  createWebhook,
  type ReceivedRequest,
  skipPauses,
  startReceiver,
  wakeRelay,
  writeEvent,
} from "../support/webhooks.ts";

const staticSecret = "whsec_c29tZSBieXRlcyBmb3IgdGhlIHRlc3RzIG9ubHksIDMyIQ==";
const staticReceiver = startReceiver();
const app = useTestApp({
  settings: {
    WEBHOOK_ALLOW_PRIVATE: "true",
    WEBHOOK_URL: staticReceiver.url,
    WEBHOOK_SECRET: staticSecret,
  },
});
app.defer(() => staticReceiver[Symbol.asyncDispose]());
let bearer: string;

beforeAll(async () => {
  bearer = (await signInAdmin(app)).accessToken;
});

afterAll(() => {
  setSystemTime();
});

const verify = (secret: string, { body, headers }: ReceivedRequest): unknown =>
  new Webhook(secret).verify(body, headers);
const signaturesOf = ({ headers }: ReceivedRequest): string[] =>
  headers["webhook-signature"]?.split(" ") ?? [];

// security 136
test("a request has the headers of Standard Webhooks, and its signature is verified by their library", async () => {
  await using receiver = startReceiver();
  const { id, secret } = await createWebhook(app, bearer, { url: receiver.url });
  const userId = crypto.randomUUID();
  await writeEvent(app, userId);
  const [request] = await receiver.atLeast(1);
  if (!request) throw new Error("nothing was received");
  expect(verify(secret, request)).toEqual({
    event_id: request.id,
    event_type: "user.updated",
    timestamp: expect.stringMatching(/Z$/),
    data: { user_id: userId, fields: ["1"] },
  });
  expect(signaturesOf(request)).toEqual([expect.stringMatching(/^v1,[\w+/]{43}=$/)]);
  expect(request.headers["content-type"]).toBe("application/json");
  expect(request.headers["user-agent"]).toMatch(/^gatehouse\//);
  const altered = { ...request, body: request.body.replace(userId, crypto.randomUUID()) };
  expect(() => verify(secret, altered)).toThrow();
  const moved = { ...request.headers, "webhook-id": crypto.randomUUID() };
  expect(() => verify(secret, { ...request, headers: moved })).toThrow();
  expect(() => verify(staticSecret, request)).toThrow();
  await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
});

// security 136
test("each attempt has the same id and body, and a timestamp and signature of its own", async () => {
  await using receiver = startReceiver(
    (_, count) => new Response(null, { status: count === 1 ? 500 : 200 }),
  );
  const { id, secret } = await createWebhook(app, bearer, { url: receiver.url });
  await writeEvent(app, crypto.randomUUID());
  // The clock stands still once it is moved: a result that is written afterwards would never be due.
  await eventually(
    () =>
      app.rows(`select from event_deliveries where destination_id = '${id}' and last_error <> ''`),
    (failed) => failed.length === 1,
  );
  setSystemTime(new Date(Date.now() + 120_000));
  await wakeRelay(app);
  const [first, second] = await receiver.atLeast(2);
  if (!first || !second) throw new Error("nothing was received");
  expect([second.id, second.body]).toEqual([first.id, first.body]);
  const timestamps = [first, second].map(({ headers }) => Number(headers["webhook-timestamp"]));
  expect((timestamps[1] ?? 0) - (timestamps[0] ?? 0)).toBeGreaterThanOrEqual(119);
  expect(signaturesOf(second)).not.toEqual(signaturesOf(first));
  expect(verify(secret, second)).toBeTruthy();
  setSystemTime();
  await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
});

// security 136
test("for 24 hours after a rotation the previous secret signs too", async () => {
  await using receiver = startReceiver();
  const { id, secret } = await createWebhook(app, bearer, { url: receiver.url });
  const rotate = async (): Promise<string> =>
    (await app.call("POST", `/api/v1/webhooks/${id}/rotate-secret`, { bearer })).json.data.secret;
  const second = await rotate();
  await writeEvent(app, crypto.randomUUID());
  const [during] = await receiver.atLeast(1);
  if (!during) throw new Error("nothing was received");
  expect(signaturesOf(during)).toHaveLength(2);
  expect(verify(secret, during)).toBeTruthy();
  expect(verify(second, during)).toBeTruthy();

  const third = await rotate();
  await writeEvent(app, crypto.randomUUID());
  const again = (await receiver.atLeast(2))[1];
  if (!again) throw new Error("nothing was received");
  expect(signaturesOf(again)).toHaveLength(2);
  expect(() => verify(secret, again)).toThrow();
  expect([verify(second, again), verify(third, again)]).toEqual([again.event, again.event]);

  setSystemTime(new Date(Date.now() + 86_401_000));
  await writeEvent(app, crypto.randomUUID());
  const after = (await receiver.atLeast(3))[2];
  if (!after) throw new Error("nothing was received");
  expect(signaturesOf(after)).toHaveLength(1);
  expect(verify(third, after)).toEqual(after.event);
  setSystemTime();
  await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
});

test("the webhook of the settings gets every event, signed with WEBHOOK_SECRET", async () => {
  const before = staticReceiver.received.length;
  await writeEvent(app, crypto.randomUUID());
  await skipPauses(app);
  const request = (await staticReceiver.atLeast(before + 1)).at(-1);
  if (!request) throw new Error("nothing was received");
  expect(verify(staticSecret, request)).toEqual(request.event);
  expect(request.event.event_type).toBe("user.updated");
  expect(app.log.join("\n")).not.toContain(staticSecret);
});
