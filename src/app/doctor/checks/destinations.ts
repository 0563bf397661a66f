import { OutboundError } from "../../../platform/http-client/port.ts";
import { createBrokerProbes } from "../../../platform/brokers/create-broker-kinds.ts";
import { readDestinationStatus } from "../../../features/events/index.ts";
import type { Platform } from "../../../platform/platform.ts";
import type { Check } from "../check.ts";
import { fail, type Finding, ok, skip, warn } from "../finding.ts";

/** Whether the brokers of the settings can be connected to, with the login of the settings. */
export const brokersCheck: Check = {
  name: "brokers",
  needs: ["EVENTS_NATS_URL", "EVENTS_AMQP_URL", "EVENTS_REDIS_URL", "EVENTS_KAFKA_BROKERS"],
  timeoutSeconds: 30,
  async run({ platform }) {
    const probes = [...createBrokerProbes(platform.settings, platform.log)];
    if (probes.length === 0) return [skip("brokers", "none is configured")];
    return Promise.all(
      probes.map(async ([kind, probe]) => {
        const reason = await probe();
        if (reason === null) return ok(kind, "connected");
        return fail(kind, reason, `start the broker, or correct its settings: see docs/events.md`);
      }),
    );
  },
};

/** Whether the receiver of `WEBHOOK_URL` responds, to a request without an event. */
export const webhookCheck: Check = {
  name: "webhook",
  needs: ["WEBHOOK_URL", "WEBHOOK_ALLOW_PRIVATE"],
  timeoutSeconds: 15,
  async run({ platform }) {
    const { webhookUrl: url, webhookAllowPrivate: mayBePrivate } = platform.settings;
    if (url === null) return [skip("webhook", "WEBHOOK_URL is unset")];
    try {
      const request = { url, method: "GET", mayBePrivate, discardsBody: true } as const;
      const { status } = await platform.httpClient.send(request);
      return [ok("webhook", `${new URL(url).host} responds (${status} to a GET without an event)`)];
    } catch (error) {
      const fault = error instanceof OutboundError ? error.fault : "unreachable";
      const advice = "correct WEBHOOK_URL, or start the receiver: see docs/webhooks.md";
      return [fail("webhook", `no response from ${new URL(url).host} (${fault})`, advice)];
    }
  },
};

/** How deliveries went, also to webhooks that were created over the API. */
export async function deliveryFindings({ db }: Pick<Platform, "db">): Promise<readonly Finding[]> {
  const destinations = await readDestinationStatus(db);
  return destinations.flatMap(({ id, disabledAt, unavailableSince, dead }) => {
    const name = "event-delivery";
    const advice = "`gatehouse events status` has the last error";
    if (disabledAt !== null) return [warn(name, `${id} is disabled`, advice)];
    if (unavailableSince !== null) {
      return [warn(name, `${id} is away since ${unavailableSince.toISOString()}`, advice)];
    }
    return dead > 0 ? [warn(name, `${id} has ${dead} events that were given up`, advice)] : [];
  });
}
