import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { isAdmin } from "../roles/index.ts";
import type { ClientRecord } from "./queries.ts";

/**
 * A trusted client gets tokens that open the account of each user who signs in to it, also that of an admin. Only an admin may
 * create, change or delete one, or replace its secret. Throws `FORBIDDEN`.
 */
export function assertMayTrust(
  { actor }: Context,
  ...clients: readonly Pick<ClientRecord, "trusted">[]
): void {
  if (isAdmin(actor) || !clients.some(({ trusted }) => trusted)) return;
  throw new AppError("FORBIDDEN", "Only an admin may create, change or delete a trusted client.");
}
