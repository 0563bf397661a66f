import { userColumns, type UserRecord } from "../roles/index.ts";
import { profileColumns, users } from "../users/index.ts";

/** An account as administrators see it. */
export interface Account extends UserRecord {
  readonly phone: string | null;
  readonly avatarUrl: string | null;
  readonly locale: string | null;
  readonly metadata: Record<string, unknown>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when the user may not sign in. */
  readonly disabledAt: Date | null;
  readonly deletedAt: Date | null;
}

/** The columns of an `Account`, in a statement on `users`. */
export const accountColumns = {
  ...userColumns,
  ...profileColumns,
  createdAt: users.createdAt,
  updatedAt: users.updatedAt,
  disabledAt: users.disabledAt,
  deletedAt: users.deletedAt,
};

/** The status of an account. A deleted one is `deleted`, also if it was disabled before. */
export type AccountStatus = "active" | "disabled" | "deleted";

/** The status of this account. */
export function statusOf({ deletedAt, disabledAt }: Account): AccountStatus {
  if (deletedAt !== null) return "deleted";
  return disabledAt === null ? "active" : "disabled";
}
