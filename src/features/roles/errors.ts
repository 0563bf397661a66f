import { AppError, type FieldFault } from "../../kernel/errors.ts";

/** There is no role of this name. */
export function roleNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such role.");
}

/** What is the same in every installation. */
export function isFixed(message: string): AppError {
  return new AppError("CONFLICT", message);
}

/** Some of the names in a list name nothing. Throws `VALIDATION_ERROR`, with a fault for each of them. */
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
