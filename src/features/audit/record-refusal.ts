import { type ErrorCode, findAppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import type { AuditAction } from "./actions.ts";
import { writeAudit } from "./record-audit.ts";

/** What somebody tries, and on what. */
export interface Attempt {
  readonly action: AuditAction;
  readonly userId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Not allowed; against the last admin, or what cannot be changed; against somebody who has the name. */
const recorded: readonly ErrorCode[] = [
  "FORBIDDEN",
  "CONFLICT",
  "DUPLICATE_EMAIL",
  "DUPLICATE_USERNAME",
];

/** Does what is tried. Where it is refused, and not for its form, that is recorded as well. */
export function recordRefusal<T>(
  ctx: Context,
  attempt: Attempt,
  act: () => Promise<T>,
): Promise<T> {
  return recordRefusals(ctx, [attempt], act);
}

/** The same for several things that are done together or not at all: each has its own record. */
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
