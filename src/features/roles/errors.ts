import { AppError, type FieldFault } from "../../kernel/errors.ts";

/** The error for an unknown role. */
export function roleNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such role.");
}

/** The error for a change of what is the same in every installation. */
export function isFixed(message: string): AppError {
  return new AppError("CONFLICT", message);
}

/** Throws `VALIDATION_ERROR`, with a fault for each name of the list that does not exist. */
export function assertAllExist(
  field: string,
  names: readonly string[],
  exists: (name: string) => boolean,
): void {
  const faults: FieldFault[] = names.flatMap((name, index) =>
    exists(name) ? [] : [{ field: `${field}.${index}`, issue: "Does not exist." }],
  );
  if (faults.length > 0) {
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", { faults });
  }
}

/** The largest number of a user's roles beside `user`: the access token names each role, and has to fit into a header. */
export const maximumRoles = 32;

/** The issue of a fault for more roles. */
export const tooManyRoles = `Must be at most ${maximumRoles} beside \`user\`.`;

/** Throws `VALIDATION_ERROR` for more roles than a user may have. `user` and repetitions are not in `roles`. */
export function assertFewEnough(roles: readonly string[]): void {
  if (roles.length <= maximumRoles) return;
  throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field: "roles", issue: tooManyRoles }],
  });
}
