import { asc } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { signingKeys } from "./table.ts";

/** A key's row. */
export type KeyRecord = typeof signingKeys.$inferSelect;

/** Every key that is kept, those of one algorithm in the order in which they were made. */
export function readKeys(db: Db): Promise<KeyRecord[]> {
  return db
    .select()
    .from(signingKeys)
    .orderBy(asc(signingKeys.algorithm), asc(signingKeys.generation))
    .execute();
}
