import { AppError } from "../../kernel/errors.ts";
import { findDatabaseFault } from "./errors.ts";

/** What triggers of ours refuse, whoever asks for it, by the SQLSTATE that they raise; in words for the caller. */
const refusals = new Map([["GH001", "There must be an admin left: make somebody else one first."]]);

/** The refusal, a `CONFLICT`, that an error of the database stands for; or null. */
export function findRefusal(error: unknown): AppError | null {
  const message = refusals.get(findDatabaseFault(error)?.sqlState ?? "");
  return message === undefined ? null : new AppError("CONFLICT", message);
}
