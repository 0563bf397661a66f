import type { DestinationKind } from "../../../platform/brokers/port.ts";
import type { ClaimedDelivery } from "./claim.ts";

/** The deliveries of one user that are sent one after the other. */
export type Run = readonly ClaimedDelivery[];

/**
 * The runs of users in batches. A user's run is never divided: two batches are under way together. So a batch may have up to
 * twice as many events as the kind says, and all batches together have no more than were claimed.
 */
export function formBatches(
  deliveries: readonly ClaimedDelivery[],
  { batchSize, usersPerBatch }: Pick<DestinationKind, "batchSize" | "usersPerBatch">,
): readonly (readonly Run[])[] {
  const runs = Map.groupBy(deliveries, ({ key }) => key);
  const batches: Run[][] = [];
  let count = Number.POSITIVE_INFINITY;
  for (const run of runs.values()) {
    const last = batches.at(-1);
    if (last && count < batchSize && last.length < usersPerBatch) last.push(run);
    else {
      batches.push([run]);
      count = 0;
    }
    count += run.length;
  }
  return batches;
}
