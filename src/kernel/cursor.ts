import { sha256, toBase64Url } from "./bytes.ts";
import { AppError } from "./errors.ts";

const checksumLength = 8;

/**
 * Where a page of a list ended, for callers to hand back unread. `list` names the list, so that a cursor of one is none of
 * another. It grants nothing: what a caller may see is decided without it.
 */
export function encodeCursor(list: string, position: string): string {
  return toBase64Url(Buffer.from(`${checksum(list, position)}${position}`));
}

/** The position in a cursor that `encodeCursor` made for this list. Throws `VALIDATION_ERROR` for anything else. */
export function decodeCursor(
  list: string,
  cursor: string,
  isPosition: (text: string) => boolean,
): string {
  const position = findPosition(list, cursor, isPosition);
  if (position === null) {
    const issue = "Is not a cursor of this list.";
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field: "cursor", issue }],
    });
  }
  return position;
}

/** The same, but null for anything else. */
export function findPosition(
  list: string,
  cursor: string,
  isPosition: (text: string) => boolean,
): string | null {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const position = text.slice(checksumLength);
  // Made again, for the decoder skips characters that do not belong there.
  return isPosition(position) && encodeCursor(list, position) === cursor ? position : null;
}

function checksum(list: string, position: string): string {
  return sha256(`${list}:${position}`).slice(0, checksumLength);
}
