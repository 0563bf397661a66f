import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { createHmac } from "node:crypto";

import type { OutboundEvent } from "../../src/platform/brokers/port.ts";
import {
  again,
  createEvent,
  createStore,
  describeLanguages,
  handled,
  runExample,
} from "../support/consumer-examples.ts";
import { eventually } from "../support/eventually.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(120_000);

const arrivalSeconds = 60;

// `bun run gates` runs the examples for each broker.
describe("the receiver of webhooks", () => {
  const secret = `whsec_${Buffer.from("a secret of the tests, 32 bytes!").toString("base64")}`;

  describeLanguages("the example", (language) => {
    test("handles a genuine event once, and refuses others", async () => {
      await using home = await createStore();
      const port = String(await findSparePort());
      const environment = { ...home.environment, WEBHOOK_SECRET: secret, PORT: port };
      await using receiver = runExample(language, ["webhook", "receiver"], environment);
      const event = createEvent("user.registered");
      const post = (changes: WebhookChanges = {}): Promise<number> =>
        postWebhook(port, secret, event, changes);

      await eventually(
        () => post({ signature: "v1,AAAA" }).catch(() => 0),
        (status) => status === 401,
        arrivalSeconds,
      );
      expect(await post({ body: `${event.body} ` })).toBe(401);
      expect(await post({ secondsAgo: 600 })).toBe(401);
      expect(await post({ time: "now" })).toBe(401);
      expect(receiver.lines()).toEqual([]);
      expect(await post()).toBe(204);
      expect(await post({ otherSignature: "v1,AAAA" })).toBe(204);
      await eventually(receiver.lines, (lines) => lines.length === 2);
      expect(receiver.lines()).toEqual([handled(event), again(event)]);
    });
  });
});

interface WebhookChanges {
  readonly body?: string;
  readonly signature?: string;
  /** One more, before the right one, as during a change of the secret. */
  readonly otherSignature?: string;
  readonly secondsAgo?: number;
  readonly time?: string;
}

async function postWebhook(
  port: string,
  secret: string,
  event: OutboundEvent,
  changes: WebhookChanges,
): Promise<number> {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const time = changes.time ?? String(Math.floor(Date.now() / 1000) - (changes.secondsAgo ?? 0));
  const signed = `${event.id}.${time}.${event.body}`;
  const right = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  const signatures = [changes.otherSignature, changes.signature ?? right];
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": event.id,
      "webhook-timestamp": time,
      "webhook-signature": signatures.filter((each) => each !== undefined).join(" "),
    },
    body: changes.body ?? event.body,
  });
  return response.status;
}
