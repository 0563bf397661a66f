import { forgeToken, hmac } from "../support/forge-token.ts";
import { type Forgery, type Genuine, signature } from "./forged-headers.ts";

/** The claims changed, and signed with the right secret: such a token could only come from a fault of ours. */
function claims(change: Record<string, unknown>) {
  return (genuine: Genuine): string =>
    forgeToken(
      { header: genuine.header, claims: { ...genuine.claims, ...change } },
      hmac(genuine.secret),
    );
}

/** Bad day: our own secret signed nonsense, by a fault or by another service that was given the same secret. */
export const absurd: readonly Forgery[] = [
  ["nbf in the future", claims({ nbf: Math.floor(Date.now() / 1000) + 120 })],
  ["nbf a string", claims({ nbf: "0" })],
  ["iss of another", claims({ iss: "https://elsewhere.example" })],
  ["iss an array", (genuine) => claims({ iss: [genuine.claims["iss"]] })(genuine)],
  ["no iss", claims({ iss: undefined })],
  ["no exp", claims({ exp: undefined })],
  ["exp null", claims({ exp: null })],
  ["exp a string", (genuine) => claims({ exp: String(genuine.claims["exp"]) })(genuine)],
  ["exp 1e308", claims({ exp: 1e308 })],
  ["exp negative", claims({ exp: -1 })],
  ["exp a fraction", (genuine) => claims({ exp: Number(genuine.claims["exp"]) + 0.5 })(genuine)],
  ["exp an array", (genuine) => claims({ exp: [genuine.claims["exp"]] })(genuine)],
  ["no iat", claims({ iat: undefined })],
  ["iat 1e308", claims({ iat: 1e308 })],
  ["iat a string", claims({ iat: "1" })],
  ["no sub", claims({ sub: undefined })],
  ["sub of another user", claims({ sub: "018f2c6e-0000-7000-8000-000000000000" })],
  ["sub with SQL", claims({ sub: "' or 1=1 --" })],
  ["no sid", claims({ sid: undefined })],
  ["sid of no session", claims({ sid: "018f2c6e-0000-7000-8000-000000000000" })],
  ["sid not an id", claims({ sid: "1" })],
  ["sid an array", (genuine) => claims({ sid: [genuine.claims["sid"]] })(genuine)],
  ["no jti", claims({ jti: undefined })],
  ["jti a number", claims({ jti: 1234567890123456 })],
  ["jti of 5 KB", claims({ jti: "j".repeat(5000) })],
  [
    "claims an array",
    (genuine) =>
      forgeToken({ header: genuine.header, claims: [genuine.claims] }, hmac(genuine.secret)),
  ],
  [
    "claims not JSON",
    (genuine) => forgeToken({ header: genuine.header, claims: "{" }, hmac(genuine.secret)),
  ],
  [
    "claims null",
    (genuine) => forgeToken({ header: genuine.header, claims: null }, hmac(genuine.secret)),
  ],
  [
    "claims of another under the genuine signature",
    (genuine) =>
      claims({ sub: "018f2c6e-0000-7000-8000-000000000000" })(genuine).replace(
        /[^.]+$/,
        signature(genuine.token),
      ),
  ],
];

/** The same for what only an access token claims. */
export const absurdAccess: readonly Forgery[] = [
  ["aud of another", claims({ aud: "another-service" })],
  ["aud an array of others", claims({ aud: ["a", "b"] })],
  ["no aud", claims({ aud: undefined })],
  ["no email", claims({ email: undefined })],
  ["roles a string", claims({ roles: "admin" })],
  ["no amr", claims({ amr: undefined })],
];
