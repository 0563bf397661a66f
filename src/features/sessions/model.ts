import { type Static, Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/message.ts";
import { tokenSchema } from "../tokens/index.ts";
import type { SessionRecord } from "./list-sessions.ts";

/** Body of `POST /auth/refresh`. */
export const refreshBody = Type.Object(
  { refresh_token: tokenSchema },
  { additionalProperties: false },
);

/** The same where refresh tokens travel in a cookie, which may stand in its place. */
export const refreshWithCookieBody = Type.Optional(
  Type.Object({ refresh_token: Type.Optional(tokenSchema) }, { additionalProperties: false }),
);

/** Body of `POST /auth/logout`; a bearer may stand in its place. */
export const logOutBody = Type.Optional(
  Type.Object({ refresh_token: Type.Optional(tokenSchema) }, { additionalProperties: false }),
);

/** `data` of a log-out. */
export const loggedOutSchema = Type.Object({ message: messageSchema });

/** `data` of a log-out everywhere. */
export const loggedOutEverywhereSchema = Type.Object({
  message: messageSchema,
  revoked: Type.Integer({ description: "How many sessions were ended." }),
});

/** A session in a list. */
export const sessionSchema = Type.Object({
  id: Type.String({ format: "uuid" }),
  current: Type.Boolean({ description: "Whether it is the session that asks." }),
  ip: Type.Union([Type.String(), Type.Null()], { description: "Where it was opened from." }),
  user_agent: Type.Union([Type.String(), Type.Null()]),
  created_at: Type.String({ format: "date-time" }),
  last_used_at: Type.String({ format: "date-time", description: "To the minute." }),
  expires_at: Type.String({ format: "date-time" }),
});

/** The wire form of a session; the one that asks is told from others. */
export function viewSession(
  session: SessionRecord,
  currentId: string,
): Static<typeof sessionSchema> {
  return {
    id: session.id,
    current: session.id === currentId,
    ip: session.ipAddress,
    user_agent: session.userAgent,
    created_at: session.createdAt.toISOString(),
    last_used_at: session.lastUsedAt.toISOString(),
    expires_at: session.expiresAt.toISOString(),
  };
}

/** The path of one session. What is no id of ours is not found, as if there were no such session. */
export const sessionParams = Type.Object({ id: Type.String({ maxLength: 64 }) });
