import { AppError } from "../../kernel/errors.ts";

/** How many roles a user has at most beside `user`: her access token names each of them, and has to fit into a header. */
export const maximumRoles = 32;

/** What is said of more. */
export const tooManyRoles = `Must be at most ${maximumRoles} beside \`user\`.`;

/** Throws `VALIDATION_ERROR` for more roles than a user may have; `user` and repetitions are not among these. */
export function assertFewEnough(roles: readonly string[]): void {
  if (roles.length <= maximumRoles) return;
  throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field: "roles", issue: tooManyRoles }],
  });
}
