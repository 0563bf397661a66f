import { sha256, toBase64Url } from "./bytes.ts";
import { AppError } from "./errors.ts";

const checksumLength = 8;

/**
 * The position at which a page of a list ended, as an opaque string. `list` names the list: a cursor of one list is not
 * valid for another. It grants nothing: what a caller may see is decided without it.
 */
export function encodeCursor(list: string, position: string): string {
  return toBase64Url(Buffer.from(`${checksum(list, position)}${position}`));
}

/** The position in a cursor that `encodeCursor` made for this list. Throws `VALIDATION_ERROR` for any other string. */
export function decodeCursor(
  list: string,
  cursor: string,
  isPosition: (text: string) => boolean,
): string {
  const position = findPosition(list, cursor, isPosition);
  if (position === null) {
    const issue = "Must be a cursor of this list.";
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field: "cursor", issue }],
    });
  }
  return position;
}

/** The position in a cursor that `encodeCursor` made for this list, or null for any other string. */
export function findPosition(
  list: string,
  cursor: string,
  isPosition: (text: string) => boolean,
): string | null {
  const text = Buffer.from(cursor, "base64url").toString("utf8");
  const position = text.slice(checksumLength);
  // Encoded again and compared, because the decoder skips characters that are not base64url.
  return isPosition(position) && encodeCursor(list, position) === cursor ? position : null;
}

function checksum(list: string, position: string): string {
  return sha256(`${list}:${position}`).slice(0, checksumLength);
}
