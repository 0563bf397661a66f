import { sql } from "drizzle-orm";

import { recordEvent } from "../../src/features/events/index.ts";
import { commit } from "../../src/platform/db/commit.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { eventually } from "./eventually.ts";
import type { TestApp } from "./test-app.ts";

/** A request that a receiver got. */
export interface ReceivedRequest {
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into events of every shape
  readonly event: any;
}

/** A server to which webhooks are sent. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: readonly ReceivedRequest[];
  /** Waits until it has got so many requests, and gives them. */
  atLeast(count: number): Promise<readonly ReceivedRequest[]>;
}

/**
 * Starts a receiver on the loopback address. It responds with 204, unless `respond` says otherwise; its signal is aborted when
 * the sender does not wait any longer.
 */
export function startReceiver(
  respond: (
    request: ReceivedRequest,
    count: number,
    signal: AbortSignal,
  ) => Response | Promise<Response> = () => new Response(null, { status: 204 }),
): Receiver {
  const received: ReceivedRequest[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const body = await request.text();
      const headers = Object.fromEntries(request.headers);
      const one = { id: headers["webhook-id"] ?? "", headers, body, event: JSON.parse(body) };
      return respond(one, received.push(one), request.signal);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    received,
    atLeast: (count) =>
      eventually(
        () => received,
        ({ length }) => length >= count,
        20,
      ),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** A webhook that a test has created. */
export interface CreatedWebhook {
  readonly id: string;
  readonly secret: string;
}

/** Creates a webhook by the API. */
export async function createWebhook(
  app: TestApp,
  bearer: string,
  input: { readonly url: string; readonly event_types?: readonly string[] },
): Promise<CreatedWebhook> {
  const answer = await app.post("/api/v1/webhooks", input, { bearer });
  if (answer.status !== 201) throw new Error(`webhook: ${answer.status} ${answer.text}`);
  return { id: answer.json.data.webhook.id, secret: answer.json.data.secret };
}

/** Writes an event of a user, with the number among its data. */
export async function writeEvent(app: TestApp, userId: string, number = 1): Promise<void> {
  const ctx = createSystemContext(app.platform, "test");
  const query = ctx.db.select({ one: sql<number>`1`.as("one") }).from(sql`(select) as nothing`);
  await commit(ctx, { query }, () =>
    recordEvent(ctx, "user.updated", { user_id: userId, fields: [String(number)] }),
  );
}

/** Has the relays look for due events now. */
export async function wakeRelay(app: TestApp): Promise<void> {
  await app.rows("select pg_notify('gatehouse_changes', 'events:')::text");
}

/** Waits for a webhook's deliveries as the API shows them, the newest first. */
export function deliveriesOf(
  app: TestApp,
  bearer: string,
  id: string,
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into responses of every shape
  condition: (items: any[]) => boolean,
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into responses of every shape
): Promise<any[]> {
  return eventually(
    async () =>
      (await app.call("GET", `/api/v1/webhooks/${id}/deliveries`, { bearer })).json.data.items,
    condition,
    20,
  );
}

/** Makes every pending delivery due, and has this app's relay send them. */
export async function skipPauses(app: TestApp): Promise<void> {
  await app.rows("update event_deliveries set available_at = now() where status = 'pending'");
  await app.rows("update event_destinations set retry_at = now() where retry_at is not null");
  await wakeRelay(app);
}
