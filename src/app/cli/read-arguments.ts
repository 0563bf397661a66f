import { InvalidArgumentError } from "commander";

import { isUsersCursor, type NamedUser } from "../../features/user-administration/index.ts";
import { canonicalEmail } from "../../features/users/index.ts";
import { findAppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";

/** An address in canonical form. Throws what Commander tells as wrong usage. */
export function readEmail(text: string): string {
  try {
    return canonicalEmail(text);
  } catch (error) {
    const reason = findAppError(error)?.message;
    throw reason === undefined ? error : new InvalidArgumentError(reason);
  }
}

/** The user that an argument names, by her id or her address. Throws the same. */
export function readNamedUser(text: string): NamedUser {
  const id = text.toLowerCase();
  return isUuid(id) ? { id } : { email: readEmail(text) };
}

/** A cursor of the list of users. Throws the same. */
export function readUsersCursor(text: string): string {
  if (isUsersCursor(text)) return text;
  throw new InvalidArgumentError("It must be one that this list has ended with.");
}

/** A whole number within bounds. Throws the same. */
export function readCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (count >= least && count <= most) return count;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
