import type { FieldFault } from "../../kernel/errors.ts";
import { createLineIndex } from "./line-index.ts";
import type { ImportedUser } from "./parse-user.ts";

/** Finds what a file says twice: the second line with an address or a username is at fault. */
export interface EarlierLines {
  /** The faults of a line that repeats an earlier one. */
  judge(number: number, user: ImportedUser): FieldFault[];
}

/** Remembers a file's lines. */
export function rememberLines(): EarlierLines {
  const emails = createLineIndex();
  const usernames = createLineIndex();
  return {
    judge: (number, { email, username }) => [
      ...faultOf("email", emails.findOrAdd(email, number)),
      ...(username === null
        ? []
        : faultOf("username", usernames.findOrAdd(username.toLowerCase(), number))),
    ],
  };
}

function faultOf(field: string, earlier: number | null): FieldFault[] {
  return earlier === null ? [] : [{ field, issue: `Is in line ${earlier} already.` }];
}
