import type { Context } from "../../platform/platform.ts";
import { deleteExpiredKeys, retireUnusedKeys } from "./retire-keys.ts";
import { rotateKeyWhenDue } from "./rotate-key.ts";

/** Does what the keys are due for at this moment. Any replica may, at any time, and all at once. */
export async function maintainKeys(ctx: Context): Promise<void> {
  await rotateKeyWhenDue(ctx);
  await retireUnusedKeys(ctx);
  await deleteExpiredKeys(ctx);
}
