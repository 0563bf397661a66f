import { AppError } from "../../kernel/errors.ts";

/** There is no client of this id. */
export function clientNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such client.");
}
