import { Type } from "@sinclair/typebox";

const member = Type.Optional(Type.String());

/** A public key (RFC 7517 §4). No member may be added, least of all a private one. */
const publishedKeySchema = Type.Object(
  {
    kid: Type.String({ description: "The `kid` of the tokens that it verifies." }),
    alg: Type.String({ description: "The one algorithm that it is for." }),
    use: Type.Literal("sig"),
    kty: Type.String(),
    crv: member,
    x: member,
    y: member,
    n: member,
    e: member,
  },
  { additionalProperties: false },
);

/** A set of public keys (RFC 7517 §5). */
export const keySetSchema = Type.Object({ keys: Type.Array(publishedKeySchema) });
