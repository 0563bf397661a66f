import { Type } from "@sinclair/typebox";

const member = Type.Optional(Type.String());

/** A public key (RFC 7517 §4). Further members are refused, so that a private one cannot be published. */
const publishedKeySchema = Type.Object(
  {
    kid: Type.String({ description: "The `kid` of the tokens that the key verifies." }),
    alg: Type.String({ description: "The only algorithm that the key is used with." }),
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
