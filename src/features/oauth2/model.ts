import { Type } from "@sinclair/typebox";

/** Body of `POST /oauth/token` (RFC 6749 §4.3.2, §6). Parameters that we do not know are ignored (§3.2). */
export const tokenRequestBody = Type.Object(
  {
    grant_type: Type.Optional(
      Type.String({ description: "`password` or `refresh_token`.", examples: ["password"] }),
    ),
    username: Type.Optional(Type.String({ description: "An e-mail address or a username." })),
    password: Type.Optional(Type.String()),
    refresh_token: Type.Optional(Type.String()),
    scope: Type.Optional(Type.String()),
    client_id: Type.Optional(Type.String()),
    client_secret: Type.Optional(Type.String()),
  },
  { additionalProperties: true, contentMediaType: "application/x-www-form-urlencoded" },
);

/** A successful answer of the token endpoint (RFC 6749 §5.1). */
export const tokenGrantSchema = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal("bearer"),
  expires_in: Type.Integer({ description: "Seconds." }),
  refresh_token: Type.String(),
});
