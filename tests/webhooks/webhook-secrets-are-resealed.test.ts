import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";

import { signInAdmin } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { useTestApp } from "../support/test-app.ts";
import { createWebhook, startReceiver, writeEvent } from "../support/webhooks.ts";

const newKey = "pQ8sW3nX6yB1kD9fG4hJ7lZ2cV5mR0tA-tests-only";
const app = useTestApp({ settings: { WEBHOOK_ALLOW_PRIVATE: "true" } });

const sealedSecrets = async (): Promise<string> =>
  String((await app.rows("select secrets from webhooks"))[0]?.["secrets"]);

test("after a change of ENCRYPTION_KEY a webhook's secret is sealed again, and signs as before", async () => {
  await using receiver = startReceiver();
  const { accessToken: bearer } = await signInAdmin(app);
  const { id, secret } = await createWebhook(app, bearer, { url: receiver.url });
  const before = await sealedSecrets();
  expect(before).toStartWith(app.platform.secrets.currentPrefix);
  const { settings } = app.platform;
  const database = { DATABASE_URL: settings.databaseUrl ?? "", DATA_DIR: settings.dataDir };
  const changed = await app.replica({
    ...database,
    ENCRYPTION_KEY: newKey,
    ENCRYPTION_KEY_PREVIOUS: settings.jwtSecretKey,
  });
  const after = await sealedSecrets();
  expect(after).toStartWith(changed.platform.secrets.currentPrefix);
  expect(after.split(".")[0]).not.toBe(before.split(".")[0]);

  // A replica without the new key cannot sign. The one that has it delivers the event, at the first attempt that it gets.
  await writeEvent(changed, crypto.randomUUID());
  const endsPause = "update event_destinations set retry_at = now() where retry_at is not null";
  const wakesAll =
    "select pg_notify('gatehouse_changes', 'events:' || id)::text from event_destinations";
  const requests = await eventually(
    async () => {
      await app.rows(endsPause);
      await app.rows(wakesAll);
      return receiver.received;
    },
    ({ length }) => length > 0,
    20,
  );
  const [request] = requests;
  if (!request) throw new Error("nothing was received");
  expect(new Webhook(secret).verify(request.body, request.headers)).toEqual(request.event);
  await app.call("DELETE", `/api/v1/webhooks/${id}`, { bearer });
});
