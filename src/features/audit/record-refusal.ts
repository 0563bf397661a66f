import { type ErrorCode, findAppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import type { AuditAction } from "./actions.ts";
import { writeAudit } from "./record-audit.ts";

/** An action that is attempted, and on whom. */
export interface Attempt {
  readonly action: AuditAction;
  readonly userId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A lack of permission, an address that is not accepted, a conflict (such as with the last admin), and a name that another user has. */
const recorded: readonly ErrorCode[] = [
  "FORBIDDEN",
  "REGISTRATION_CLOSED",
  "CONFLICT",
  "DUPLICATE_EMAIL",
  "DUPLICATE_USERNAME",
];

/** Performs an action. A refusal is recorded, unless the form of the request is at fault. */
export function recordRefusal<T>(
  ctx: Context,
  attempt: Attempt,
  act: () => Promise<T>,
): Promise<T> {
  return recordRefusals(ctx, [attempt], act);
}

/** The same for several actions that are performed together or not at all: each has its own record. */
export async function recordRefusals<T>(
  ctx: Context,
  attempts: readonly Attempt[],
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const reason = findAppError(error)?.code;
    if (reason === undefined || !recorded.includes(reason)) throw error;
    for (const { action, userId, detail } of attempts) {
      await writeAudit(ctx, { action, result: "failure", userId, detail: { ...detail, reason } });
    }
    throw error;
  }
}
