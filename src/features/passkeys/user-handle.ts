import { toBase64Url } from "../../kernel/bytes.ts";
import { bytesOfId } from "../../kernel/ids.ts";

/**
 * The user as authenticators store them (WebAuthn §5.4.3, §14.6.1): the bytes of the user's id, base64url. It has no personal
 * data.
 */
export function userHandleOf(userId: string): string {
  return toBase64Url(bytesOfId(userId));
}
