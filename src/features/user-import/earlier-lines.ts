import type { FieldFault } from "../../kernel/errors.ts";
import { usernameSkeleton } from "../users/index.ts";
import type { ImportedUser } from "./parse-user.ts";

/** Finds addresses that a file has twice, and usernames that look like an earlier one: the second line is at fault. */
export interface EarlierLines {
  /** The faults of a line that repeats an earlier one. Stores the line otherwise. */
  findFaults(number: number, user: ImportedUser): FieldFault[];
}

/** Stores the lines of a file: about 70 bytes for each address and each username. */
export function createEarlierLines(): EarlierLines {
  const emails = new Map<number, number>();
  const usernames = new Map<number, number>();
  return {
    findFaults: (number, { email, username }) => [
      ...faultOf(findOrAdd(emails, email, number), (line) => ({
        field: "email",
        issue: `Is in line ${line} already.`,
      })),
      ...(username === null
        ? []
        : faultOf(findOrAdd(usernames, usernameSkeleton(username), number), (line) => ({
            field: "username",
            issue: `Is in line ${line} already, or looks like the one there.`,
          }))),
    ],
  };
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

function faultOf(earlier: number | null, fault: (line: number) => FieldFault): FieldFault[] {
  return earlier === null ? [] : [fault(earlier)];
}
