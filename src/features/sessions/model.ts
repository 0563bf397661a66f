import { type Static, Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { idSchema } from "../../platform/http/text-schema.ts";
import { refreshTokenSchema } from "../tokens/index.ts";
import type { SessionRecord } from "./list-sessions.ts";

/** Body of `POST /auth/refresh`. */
export const refreshBody = Type.Object(
  { refresh_token: refreshTokenSchema },
  { additionalProperties: false },
);

/** The same where refresh tokens travel in a cookie, which may replace the body. */
export const refreshWithCookieBody = Type.Optional(
  Type.Object(
    { refresh_token: Type.Optional(refreshTokenSchema) },
    { additionalProperties: false, examples: [{}] },
  ),
);

/** Body of `POST /auth/logout`; a bearer token may replace it. */
export const logOutBody = Type.Optional(
  Type.Object(
    { refresh_token: Type.Optional(refreshTokenSchema) },
    {
      additionalProperties: false,
      description: "Not needed beside a bearer token.",
      examples: [{}],
    },
  ),
);

/** `data` of a sign-out. */
export const loggedOutSchema = Type.Object({ message: messageSchema });

/** `data` of a sign-out of all sessions. */
export const loggedOutEverywhereSchema = Type.Object({
  message: messageSchema,
  revoked: Type.Integer({ description: "The number of sessions that were ended." }),
});

/** A session in a list. */
export const sessionSchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    current: Type.Boolean({ description: "Whether it is the session of this request." }),
    ip: Type.Union([Type.String(), Type.Null()], {
      description: "The address from which it was opened.",
    }),
    user_agent: Type.Union([Type.String(), Type.Null()]),
    created_at: Type.String({ format: "date-time" }),
    last_used_at: Type.String({ format: "date-time", description: "Accurate to the minute." }),
    expires_at: Type.String({ format: "date-time" }),
    client_id: Type.Optional(
      Type.String({
        description: "The application whose session it is. `ip` and `user_agent` are then its own.",
      }),
    ),
    client_name: Type.Optional(Type.String()),
  },
  { $id: "Session" },
);

/** The wire form of a session; `currentId` is the id of the request's own. */
export function viewSession(
  session: SessionRecord,
  currentId: string,
): Static<typeof sessionSchema> {
  const { clientId, clientName } = session;
  return {
    id: session.id,
    current: session.id === currentId,
    ip: session.ipAddress,
    user_agent: session.userAgent,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
    ...(clientId === null ? {} : { client_id: clientId }),
    ...(clientName === null ? {} : { client_name: clientName }),
  };
}

/** The path of one session. */
export const sessionParams = Type.Object({
  id: idSchema("The session's id, from `GET /api/v1/users/me/sessions`."),
});
