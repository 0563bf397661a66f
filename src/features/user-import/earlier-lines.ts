import type { FieldFault } from "../../kernel/errors.ts";
import { usernameSkeleton } from "../users/index.ts";
import type { ImportedUser } from "./parse-user.ts";

/** Finds addresses and ids that a file has twice, and usernames that look like an earlier one: the second line is at fault. */
export interface EarlierLines {
  /** The faults of a line that repeats an earlier one. Stores the line otherwise. */
  findFaults(number: number, user: ImportedUser): FieldFault[];
}

/** Stores the lines of a file, each of which is a `unit`: about 70 bytes for each address, id and username. */
export function createEarlierLines(unit: string): EarlierLines {
  const emails = new Map<number, number>();
  const ids = new Map<number, number>();
  const usernames = new Map<number, number>();

  /** Of a user whose line repeats another's field the other fields are stored all the same. */
  function* faultsOf(number: number, { email, id, username }: ImportedUser): Generator<FieldFault> {
    const sameEmail = findOrAdd(emails, email, number);
    if (sameEmail !== null) {
      yield { field: "email", issue: `Is in ${unit} ${sameEmail} already.` };
    }
    const sameId = id === null ? null : findOrAdd(ids, id, number);
    if (sameId !== null) yield { field: "id", issue: `Is in ${unit} ${sameId} already.` };
    const alike =
      username === null ? null : findOrAdd(usernames, usernameSkeleton(username), number);
    if (alike !== null) {
      const issue = `Is in ${unit} ${alike} already, or looks like the one there.`;
      yield { field: "username", issue };
    }
  }

  return { findFaults: (number, user) => [...faultsOf(number, user)] };
}

/** One for all lines: an object for each would be more garbage than the maps are large. */
const digest = new Int32Array(8);

/**
 * The line in which the string was before, or null. Its key is 53 bits of the string's SHA-256, the most that a number has: a
 * string as the key would take three times the memory. Among a million strings, two have the same key in one of 18,000 files.
 */
function findOrAdd(lines: Map<number, number>, text: string, number: number): number | null {
  Bun.SHA256.hash(text, digest);
  const [first = 0, second = 0] = digest;
  const key = (first >>> 0) * 2 ** 21 + (second >>> 11);
  const earlier = lines.get(key);
  if (earlier !== undefined) return earlier;
  lines.set(key, number);
  return null;
}
