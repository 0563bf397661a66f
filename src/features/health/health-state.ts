import type { Database } from "../../platform/db/port.ts";

/** Where the process stands in its life. Only a `serving` one is ready. */
export type Phase = "starting" | "serving" | "draining";

/** What the health routes look at. */
export interface HealthState {
  phase: Phase;
  readonly database: Pick<Database, "ping" | "refusesWrites">;
}

/** A database that has not answered in this time counts as away. */
const pingTimeoutSeconds = 0.8;

/** Whether the database answers. */
export async function isConnected(state: HealthState): Promise<boolean> {
  try {
    await state.database.ping(pingTimeoutSeconds);
    return true;
  } catch {
    return false;
  }
}
