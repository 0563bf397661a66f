import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";

import { forgeToken, hmac, type TokenParts } from "../support/forge-token.ts";

/** A genuine token, whose forgeries differ from it in one thing only. */
export interface Genuine extends TokenParts {
  readonly token: string;
  readonly secret: string;
  /** The address of the test's server, which must never get a request for a key. */
  readonly keyServerUrl: string;
}

/** One forgery: what it is, and how it is made. */
export type Forgery = readonly [name: string, forge: (genuine: Genuine) => string];

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");
const rsaJwk = rsa.publicKey.export({ format: "jwk" });

const byKey = (key: KeyObject, hash: string | null) => (input: string) =>
  sign(hash, Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
/** The last part of a token. */
export const signature = (token: string): string => token.split(".").at(-1) ?? "";

/** The header changed; signed by `key`, or not at all. */
function header(change: Record<string, unknown>, key?: (genuine: Genuine) => string | Buffer) {
  return (genuine: Genuine): string =>
    forgeToken(
      { header: { ...genuine.header, ...change }, claims: genuine.claims },
      key && hmac(key(genuine)),
    );
}

/** The header changed, and signed with a private key of the attacker's. */
function headerBy(key: KeyObject, hash: string | null, change: (genuine: Genuine) => object) {
  return (genuine: Genuine): string =>
    forgeToken(
      { header: { ...genuine.header, ...change(genuine) }, claims: genuine.claims },
      byKey(key, hash),
    );
}

const ours = ({ secret }: Genuine): string => secret;
const attackersSecret = "an-attackers-secret-of-more-than-32-bytes";

/** Attack: no signature, or one that the header talks the verifier out of. */
export const unsigned: readonly Forgery[] = [
  ["alg none", header({ alg: "none" })],
  ["alg None", header({ alg: "None" })],
  ["alg nOnE", header({ alg: "nOnE" })],
  ["alg NONE", header({ alg: "NONE" })],
  [
    "alg none before the genuine signature",
    (genuine) => header({ alg: "none" })(genuine) + signature(genuine.token),
  ],
  ["alg empty", header({ alg: "" })],
  ["no alg", header({ alg: undefined }, ours)],
  ["an empty signature", header({})],
  ["no signature part", ({ token }) => token.split(".").slice(0, 2).join(".")],
  ["a signature cut short", ({ token }) => token.slice(0, -6)],
];

/** Attack: the algorithm chosen by the token, or a public key taken for a secret. */
export const confused: readonly Forgery[] = [
  [
    "HS384 with our secret",
    (genuine) =>
      forgeToken(
        { ...genuine, header: { ...genuine.header, alg: "HS384" } },
        hmac(genuine.secret, "sha384"),
      ),
  ],
  [
    "HS512 with our secret",
    (genuine) =>
      forgeToken(
        { ...genuine, header: { ...genuine.header, alg: "HS512" } },
        hmac(genuine.secret, "sha512"),
      ),
  ],
  ["RS256", headerBy(rsa.privateKey, "sha256", () => ({ alg: "RS256" }))],
  ["ES256", headerBy(ec.privateKey, "sha256", () => ({ alg: "ES256" }))],
  ["EdDSA", headerBy(ed.privateKey, null, () => ({ alg: "EdDSA" }))],
  [
    "HS256 with a PEM for secret",
    header({}, () => rsa.publicKey.export({ format: "pem", type: "spki" })),
  ],
  [
    "HS256 with a DER for secret",
    header({}, () => rsa.publicKey.export({ format: "der", type: "spki" })),
  ],
  ["HS256 with a JWK for secret", header({}, () => JSON.stringify(rsaJwk))],
  [
    "HS256 with a modulus for secret",
    header({}, () => Buffer.from(String(rsaJwk["n"]), "base64url")),
  ],
  ["HS256 with another secret", header({}, () => attackersSecret)],
  ["HS256 with an empty secret", header({}, () => "")],
  ["HS256 with the key id for secret", header({}, (genuine) => String(genuine.header["kid"]))],
];

/** Attack: a header that brings its key along, says where to fetch it, or climbs out of where keys are kept. */
export const misled: readonly Forgery[] = [
  [
    "jwk, symmetric",
    header(
      { jwk: { kty: "oct", k: Buffer.from(attackersSecret).toString("base64url") } },
      () => attackersSecret,
    ),
  ],
  ["jwk, RSA", headerBy(rsa.privateKey, "sha256", () => ({ alg: "RS256", jwk: rsaJwk }))],
  [
    "jwk, Ed25519",
    headerBy(ed.privateKey, null, () => ({
      alg: "EdDSA",
      jwk: ed.publicKey.export({ format: "jwk" }),
    })),
  ],
  [
    "jku",
    headerBy(rsa.privateKey, "sha256", ({ keyServerUrl }) => ({
      alg: "RS256",
      jku: `${keyServerUrl}/jwks.json`,
    })),
  ],
  [
    "x5u",
    headerBy(rsa.privateKey, "sha256", ({ keyServerUrl }) => ({
      alg: "RS256",
      x5u: `${keyServerUrl}/key.pem`,
    })),
  ],
  [
    "x5c",
    headerBy(rsa.privateKey, "sha256", () => ({
      alg: "RS256",
      x5c: [rsa.publicKey.export({ format: "der", type: "spki" }).toString("base64")],
    })),
  ],
  ["crit, unknown", header({ crit: ["exp2"], exp2: 1 }, ours)],
  ["crit, b64 off", header({ crit: ["b64"], b64: false }, ours)],
  ["crit, empty", header({ crit: [] }, ours)],
  ["kid climbing to an empty file", header({ kid: "../../../../dev/null" }, () => "")],
  ["kid with SQL", header({ kid: "x' OR 1=1 --" }, () => "")],
  ["kid of 10 KB", header({ kid: "k".repeat(10_240) }, ours)],
  ["kid of the prototype", header({ kid: "__proto__" }, () => "[object Object]")],
  ["kid unknown", header({ kid: "AAAAAAAAAAAA" }, ours)],
  ["kid a number", header({ kid: 1 }, ours)],
  ["kid null", header({ kid: null }, ours)],
  ["no kid", header({ kid: undefined }, ours)],
  ["no typ", header({ typ: undefined }, ours)],
  ["typ JWT", header({ typ: "JWT" }, ours)],
  ["typ an array", header({ typ: ["at+jwt", "rt+jwt"] }, ours)],
];
