import { createPrivateKey } from "node:crypto";
import { type TArray, type TString, Type } from "@sinclair/typebox";

import { readWebAddress } from "../address-kinds.ts";
import { splitList } from "../kinds.ts";
import type { Kind } from "../setting.ts";

/** The address of an issuer, exactly as the issuer writes it: ID tokens repeat it (OpenID Connect Core §2). */
export const issuer: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 512 }),
  suffix: "",
  expected:
    "an https URL without user, query or fragment, exactly as the issuer's metadata has it, or http for a private host",
  read: (given) => (readWebAddress(given) === undefined ? undefined : given),
  show: (value) => value,
};

/** The address of a self-hosted service, without a slash at its end. */
export const serviceAddress: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 512 }),
  suffix: "",
  expected:
    "an https URL such as https://gitlab.example.com, without user, query or fragment, or http for a private host",
  read: (given) => readWebAddress(given)?.href.replace(/\/+$/, ""),
  show: (value) => value,
};

/** Text of a fixed form. */
export function matching(pattern: RegExp, expected: string): Kind<TString, ""> {
  return {
    schema: Type.String({ pattern: pattern.source }),
    suffix: "",
    expected,
    read: (given) => given,
    show: (value) => value,
  };
}

/** Client ids, which may be none. */
export const clientIds: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String({ pattern: "^[!-~]{1,512}$" }), { uniqueItems: true }),
  suffix: "",
  expected: "client ids, comma separated, each once",
  read: splitList,
  show: (list) => list.join(","),
};

/** Scopes (RFC 6749 §3.3), `openid` among them. */
export const scopes: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String({ pattern: String.raw`^[!#-[\]-~]{1,128}$` }), {
    uniqueItems: true,
    contains: Type.Literal("openid"),
  }),
  suffix: "",
  expected: "scopes such as openid email profile, separated by one space, openid among them",
  read: (given) => given.split(" "),
  show: (list) => list.join(" "),
};

/** The private key of an Apple client in PEM. Its line breaks may be written as `\n`. The value has real line breaks. */
export const applePrivateKey: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 4096 }),
  suffix: "",
  expected: "the text of the .p8 file of Apple, an EC private key on P-256 in PEM",
  read(given) {
    const text = given.replaceAll(String.raw`\n`, "\n");
    return isP256Key(text) ? text : undefined;
  },
  show: () => "[set]",
};

function isP256Key(pem: string): boolean {
  if (!pem.includes("-----BEGIN PRIVATE KEY-----")) return false;
  try {
    return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === "prime256v1";
  } catch {
    return false;
  }
}
