import { domainToASCII } from "node:url";

import { AppError } from "../../kernel/errors.ts";

const maximumLength = 254;
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domainLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * The one form in which an address is stored, compared and counted: lower case, the domain in ASCII (RFC 5890). A local part
 * beyond ASCII is refused, so that a look-alike cannot register a second account. Throws `INVALID_EMAIL`.
 */
export function canonicalEmail(received: string, field = "email"): string {
  const email = findCanonicalEmail(received);
  if (email === null) {
    throw new AppError("INVALID_EMAIL", "This is not a valid e-mail address.", {
      faults: [{ field, issue: "Not a valid e-mail address." }],
    });
  }
  return email;
}

/** The same, or null for any other string (RFC 5321 §4.5.3.1 lengths, RFC 5322 dot-atom). */
export function findCanonicalEmail(received: string): string | null {
  const trimmed = received.trim();
  if (trimmed.length > maximumLength || !isPrintable(trimmed)) return null;
  const at = trimmed.lastIndexOf("@");
  const local = lowerAscii(trimmed.slice(0, Math.max(at, 0)));
  const domain = domainToASCII(trimmed.slice(at + 1));
  if (at < 1 || local.length > 64 || !localPart.test(local)) return null;
  const labels = domain.split(".");
  const isDomain =
    labels.length >= 2 &&
    labels.every((label) => domainLabel.test(label)) &&
    !/^\d+$/.test(labels.at(-1) ?? "");
  const email = `${local}@${domain}`;
  return isDomain && email.length <= maximumLength ? email : null;
}

/** Lowers the letters A to Z and no others: the Kelvin sign would become a `k`. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** No white space, controls, invisible or unassigned characters, and in the domain no character that a URL parser interprets. */
function isPrintable(text: string): boolean {
  return text.isWellFormed() && !/[\p{C}\p{Z}]/u.test(text) && !/@.*[%/?#:\\]/.test(text);
}
