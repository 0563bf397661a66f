import type { Outlet } from "./send-batch.ts";
import type { DeliveryResult, DestinationResult } from "./write-results.ts";

/** Logs what did not succeed of a batch. */
export function logResults(
  { platform, destinationId: destination }: Pick<Outlet, "platform" | "destinationId">,
  result: DestinationResult,
  outcomes: readonly DeliveryResult[],
): void {
  if (result.kind === "unavailable") {
    const { reason, retryAt } = result;
    platform.log.warn(
      { destination, reason, retry_at: retryAt },
      "event destination not reachable",
    );
  }
  for (const { eventId, attempts, status, reason, isCounted } of outcomes) {
    if (!isCounted || status === "delivered") continue;
    const fields = { destination, event: eventId, attempt: attempts, reason };
    if (status === "dead") platform.log.error(fields, "event delivery failed for the last time");
    else platform.log.warn(fields, "event delivery failed, will be tried again");
  }
}
