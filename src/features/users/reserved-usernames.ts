import type { Actor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { administersUsers } from "./administers-users.ts";
import { lowerAscii } from "./canonical-email.ts";

/**
 * What usernames that look alike have in common, as `gatehouse_username_skeleton` of the database: the ASCII part of the
 * confusables of UTS #39 §4, regardless of case.
 */
export function usernameSkeleton(username: string): string {
  return lowerAscii(username).replaceAll("0", "o").replaceAll(/[1l]/g, "i").replaceAll("m", "rn");
}

/** Names of roles and mailboxes (RFC 2142), and of this service, that users take for those of the operator. */
const builtInReserved = new Set([
  "abuse",
  "admin",
  "administrator",
  "anonymous",
  "api",
  "billing",
  "contact",
  "everyone",
  "ftp",
  "gatehouse",
  "help",
  "helpdesk",
  "hostmaster",
  "info",
  "localhost",
  "login",
  "mailer-daemon",
  "me",
  "moderator",
  "no-reply",
  "noc",
  "null",
  "official",
  "operator",
  "postmaster",
  "root",
  "security",
  "self",
  "service",
  "sign-in",
  "sign-up",
  "staff",
  "superuser",
  "support",
  "sysadmin",
  "system",
  "undefined",
  "webmaster",
  "www",
]);

/**
 * Refuses a username that is reserved for the operator, or looks like one that is: separators are left out, and digits stand for
 * letters. Users who administer users may choose it, and a user who has it keeps it. Throws `VALIDATION_ERROR`.
 */
export function assertNotReserved(ctx: Context, username: string | null | undefined): void {
  if (username === null || username === undefined || administersUsers(ctx.actor)) return;
  if (lowerAscii(username) === lowerAscii(presentUsername(ctx.actor) ?? "")) return;
  const { serviceName, brandName, reservedUsernames } = ctx.settings;
  const chosen = reservedForm(username);
  const reserved = [...builtInReserved, serviceName, brandName, ...reservedUsernames];
  if (!reserved.some((name) => reservedForm(name) === chosen)) return;
  throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field: "username", issue: "Is reserved." }],
  });
}

function presentUsername(actor: Actor): string | null {
  return actor.kind === "user" ? actor.username : null;
}

const digitsAsLetters: Readonly<Record<string, string>> = {
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
};

/** Wider than the skeleton: few names are reserved, so that it refuses few others. */
function reservedForm(name: string): string {
  return usernameSkeleton(name.normalize("NFKD").replaceAll(/[^A-Za-z0-9]/g, ""))
    .replaceAll(/[3457]/g, (digit) => digitsAsLetters[digit] ?? digit)
    .replaceAll("w", "vv");
}
