import { AppError } from "../../kernel/errors.ts";

const maximumBytes = 8 * 1024;

/**
 * Refuses metadata that could not be returned as they were sent, or that would be dangerous to read (a key `__proto__`).
 * Throws `VALIDATION_ERROR`.
 */
export function checkMetadata(metadata: Readonly<Record<string, unknown>>): void {
  const issue = issueOf(metadata) ?? issueOfSize(metadata);
  if (issue === null) return;
  throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field: "metadata", issue }],
  });
}

function issueOfSize(metadata: object): string | null {
  const isSmall = Buffer.byteLength(JSON.stringify(metadata)) <= maximumBytes;
  return isSmall ? null : "Must have at most 8 KiB as JSON.";
}

/** The depth is bounded: the reader of the body has checked it. */
function issueOf(value: unknown): string | null {
  if (typeof value === "string")
    return isStorable(value) ? null : "Has a character that JSON stores cannot hold.";
  if (typeof value === "number")
    return Number.isFinite(value) ? null : "Has a number beyond measure.";
  if (typeof value !== "object" || value === null) return null;
  for (const [key, member] of Object.entries(value)) {
    if (key === "__proto__") return "Must not have a member of this name: `__proto__`.";
    const issue = issueOf(key) ?? issueOf(member);
    if (issue !== null) return issue;
  }
  return null;
}

/** Postgres stores no NUL byte, and UTF-8 has no lone surrogate. Line breaks are allowed. */
function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}
