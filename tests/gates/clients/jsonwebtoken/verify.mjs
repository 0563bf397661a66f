// Verifies an ID token with jsonwebtoken and the provider's published keys, and prints its subject.
import { createPublicKey } from "node:crypto";

import { decode, verify } from "jsonwebtoken";

const { token, jwks_uri, algorithm, issuer, audience } = await Bun.stdin.json();
const { keys } = await (await fetch(jwks_uri)).json();
const { kid } = decode(token, { complete: true }).header;
const jwk = keys.find((each) => each.kid === kid);
const key = createPublicKey({ key: jwk, format: "jwk" });
const claims = verify(token, key, { algorithms: [algorithm], issuer, audience });
console.log(claims.sub);
