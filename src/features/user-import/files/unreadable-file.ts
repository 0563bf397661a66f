import { AppError } from "../../../kernel/errors.ts";

/** The error for a file of which nothing more can be read. */
export function unreadableFile(issue: string): AppError {
  return new AppError("VALIDATION_ERROR", `The file cannot be read: ${issue}`);
}
