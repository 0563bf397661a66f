import { InvalidArgumentError } from "commander";

import { isUsersCursor, type NamedUser } from "../../features/user-administration/index.ts";
import { canonicalEmail, isUsername, usernameSchema } from "../../features/users/index.ts";
import { findAppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";

/** An email address in canonical form. Throws `InvalidArgumentError`, which Commander reports as wrong usage. */
export function readEmail(text: string): string {
  try {
    return canonicalEmail(text);
  } catch (error) {
    const reason = findAppError(error)?.message;
    throw reason === undefined ? error : new InvalidArgumentError(reason);
  }
}

/** A username. Throws `InvalidArgumentError`. */
export function readUsername(text: string): string {
  if (isUsername(text)) return text;
  throw new InvalidArgumentError(`It must be: ${usernameSchema.description}`);
}

/** The values of an option that is given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** The user that an argument names, by id or by address. Throws `InvalidArgumentError`. */
export function readNamedUser(text: string): NamedUser {
  const id = text.toLowerCase();
  return isUuid(id) ? { id } : { email: readEmail(text) };
}

/** A cursor of the list of users. Throws `InvalidArgumentError`. */
export function readUsersCursor(text: string): string {
  if (isUsersCursor(text)) return text;
  throw new InvalidArgumentError("It must be a cursor that this command printed.");
}

/** A parser of whole numbers within bounds. It throws `InvalidArgumentError`. */
export function readCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (count >= least && count <= most) return count;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
