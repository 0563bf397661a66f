import { domainToASCII } from "node:url";

import { type TArray, type TString, Type } from "@sinclair/typebox";
import ipaddr from "ipaddr.js";
import {
  findUrlProblems,
  isConnectionUrl,
  redactConnectionUrl,
} from "../db/connection/parse-url.ts";
import { splitList } from "./kinds.ts";
import type { Kind } from "./setting.ts";

/**
 * The http or https origin of this service, with or without a slash at its end. A path is refused: pages, assets, the cookie and
 * the metadata have fixed paths from the root of a host.
 */
export const publicAddress: Kind<TString, ""> = {
  schema: Type.String(),
  suffix: "",
  expected:
    "an http or https address such as https://auth.example.com, with no path, user, query or fragment",
  read(given) {
    const url = readWebAddress(given);
    return url?.pathname === "/" ? url.origin : undefined;
  },
  show: (value) => value,
};

/**
 * The issuer of tokens (RFC 8414 §2): an http or https URL without query and fragment. It is compared character by character, so
 * it stays as it was written.
 */
export const issuerAddress: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 512 }),
  suffix: "",
  expected:
    "an http or https URL such as https://auth.example.com, without user, query or fragment",
  read: (given) => (readWebAddress(given) === undefined ? undefined : given),
  show: (value) => value,
};

/** An http or https URL of a page of another application, to which `?token=` is appended. */
export const pageAddress: Kind<TString, ""> = {
  schema: Type.String(),
  suffix: "",
  expected:
    "an http or https address such as https://app.example.com/welcome, without user, query or fragment",
  read: (given) => readWebAddress(given)?.href,
  show: (value) => value,
};

/** Exact origins (RFC 6454 §6.2), in the form that browsers send. */
export const origins: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String(), { uniqueItems: true }),
  suffix: "",
  expected:
    "exact origins such as https://app.example.com, comma separated: lower case, no path, no slash at the end, no default port, never *",
  read: (given) => readEach(given, (part) => readWebAddress(part)?.origin === part),
  show: (list) => list.join(","),
};

/** Networks in CIDR notation (RFC 4632, RFC 4291 §2.3). */
export const networks: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String(), { uniqueItems: true }),
  suffix: "",
  expected: "networks such as 10.0.0.0/8 or fd00::/8, comma separated",
  read: (given) => readEach(given, isNetwork),
  show: (list) => list.join(","),
};

/** A host name or an IP address, without port or brackets. */
export const host: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 253 }),
  suffix: "",
  expected: "a host name or an IP address, without port",
  read: (given) => (isHostName(given) || ipaddr.IPv6.isValid(given) ? given : undefined),
  show: (value) => value,
};

/** A plain mail address: no name before it, no quotes (a subset of RFC 5321 §4.1.2). */
export const mailAddress: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 254 }),
  suffix: "",
  expected: "a mail address such as auth@example.com",
  read: readMailAddress,
  show: (value) => value,
};

/** The domains of mail addresses, in lower case and ASCII (RFC 5890). A subdomain is another domain. */
export const mailDomains: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String({ maxLength: 253 }), { uniqueItems: true }),
  suffix: "",
  expected:
    "domains of mail addresses such as example.com, comma separated, each once: no @, no * and no host without a dot",
  read: (given) => {
    const domains = splitList(given).map(readMailDomain);
    return domains.every((domain) => domain !== undefined) ? domains : undefined;
  },
  show: (list) => list.join(","),
};

/** A domain of the operator's own, whose hosts share a cookie (RFC 6265 §5.3): not one under which others register theirs. */
export const cookieDomain: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 253 }),
  suffix: "",
  expected:
    "a domain of your own such as example.com: no host without a dot, no IP address, no public suffix such as co.uk",
  read: (given) => {
    const domain = readMailDomain(given.toLowerCase());
    return domain === undefined || isPublicSuffix(domain) ? undefined : domain;
  },
  show: (value) => value,
};

/** The common suffixes of countries under which anyone registers a domain. Browsers know all of them, and refuse the cookie. */
function isPublicSuffix(domain: string): boolean {
  return /^(?:ac|co|com|edu|gob|gov|gouv|go|ltd|me|mil|ne|net|nom|or|org|plc|sch)\.[a-z]{2}$/.test(
    domain,
  );
}

/** The URL of a Postgres database, in any form of libpq. Shown without its password. */
export const databaseAddress: Kind<TString, ""> = {
  schema: Type.String(),
  suffix: "",
  expected:
    "a URL such as postgres://user:password@host:5432/name, with @ / ? # : and % in the password percent-encoded",
  read: (given) =>
    isConnectionUrl(given) && findUrlProblems(given).length === 0 ? given : undefined,
  explain: (given) => (isConnectionUrl(given) && findUrlProblems(given).join("; it ")) || null,
  show: redactConnectionUrl,
};

/** Whether a host, from `URL.hostname` or from a setting, is this machine itself. */
export function isLocalHost(hostName: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]", "::1"].includes(hostName);
}

/** An http or https URL of plain form, or undefined. The `URL` class is lenient (`https:evil.com`, `https://*.com`, line breaks), so the form is checked first. */
export function readWebAddress(given: string): URL | undefined {
  const isPlain = /^https?:\/\/[^\s\\?#@/\p{Cc}]+(?:\/[^\s\\?#\p{Cc}]*)?$/iu.test(given);
  if (!isPlain || !URL.canParse(given)) return undefined;
  const url = new URL(given);
  return isHostName(url.hostname) || url.hostname.startsWith("[") ? url : undefined;
}

function readEach(given: string, isRight: (part: string) => boolean): string[] | undefined {
  const parts = splitList(given);
  return parts.every(isRight) ? parts : undefined;
}

/** `ipaddr.js` also accepts `10/8` and octal parts. Four decimal parts are required here. */
function isNetwork(given: string): boolean {
  return ipaddr.IPv4.isValidCIDRFourPartDecimal(given) || ipaddr.IPv6.isValidCIDR(given);
}

/** Whether text is a host name, in its form. */
export function isHostName(given: string): boolean {
  return /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/i.test(given);
}

function readMailAddress(given: string): string | undefined {
  const [, localPart = "", domain = ""] = /^([^@]+)@([^@]+)$/.exec(given) ?? [];
  const isLocalPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i.test(
    localPart,
  );
  const isDomain = isHostName(domain) && !domain.includes("_");
  return isLocalPart && localPart.length <= 64 && isDomain ? given : undefined;
}

function readMailDomain(given: string): string | undefined {
  // The URL parser behind it drops tabs and reads percent-encoding and IPv4 numbers.
  if (/[\s%/?#:\\@[\]*_\p{C}]/u.test(given)) return undefined;
  const domain = domainToASCII(given);
  const isDomain = isHostName(domain) && domain.includes(".") && !/\.\d+$/.test(domain);
  return isDomain && domain.split(".").every((label) => !/^-|-$/.test(label)) ? domain : undefined;
}
