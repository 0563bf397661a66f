import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { listQuery } from "../../platform/http/list.ts";
import { timestampSchema, parseTimestamp } from "../../platform/http/timestamp-schema.ts";
import type { AuditFilter, AuditRecord } from "./list-audit-logs.ts";

/** The query of `GET /audit-logs`. */
export const auditLogsQuery = Type.Object(
  {
    ...listQuery.properties,
    user_id: Type.Optional(
      Type.String({
        description: "Only what was done to this user, or by her to herself.",
        pattern: "^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$",
        examples: ["018f3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f"],
      }),
    ),
    action: Type.Optional(
      Type.String({
        description: "Only this action.",
        pattern: "^[a-z_]+\\.[a-z_]+$",
        maxLength: 64,
        examples: ["user.login"],
      }),
    ),
    from: Type.Optional(timestampSchema("Only what happened at this moment or later.")),
    to: Type.Optional(timestampSchema("Only what happened at this moment or earlier.")),
  },
  { additionalProperties: false },
);

/** Which rows such a query asks for. Throws `VALIDATION_ERROR`. */
export function filterOfQuery(query: Static<typeof auditLogsQuery>): AuditFilter {
  const { user_id, action, from, to } = query;
  return {
    userId: user_id ?? null,
    action: action ?? null,
    from: from === undefined ? null : parseTimestamp(from, "from"),
    to: to === undefined ? null : parseTimestamp(to, "to"),
  };
}

const nullableId = nullable(Type.String({ format: "uuid" }));

/** A row of the audit log. */
export const auditLogSchema = Type.Object({
  id: Type.String({ format: "uuid" }),
  sequence: nullable(Type.Integer(), {
    description: "Its place in the chain; null in the first second, until it is sealed.",
  }),
  created_at: Type.String({ format: "date-time" }),
  action: Type.String({ description: "What was done: `<subject>.<what happened>`." }),
  result: Type.String({ description: "`success` or `failure`." }),
  actor_kind: Type.String({
    description:
      "Who did it: a signed-in `user`; `anonymous`, who was not signed in; the `operator` at a command line; `system`, the service itself.",
  }),
  actor_id: { ...nullableId, description: "The signed-in user who did it." },
  user_id: { ...nullableId, description: "The user it was done to." },
  session_id: nullableId,
  amr: nullable(Type.Array(Type.String()), {
    description: "How whoever did it had proven who she is (RFC 8176).",
  }),
  ip: nullable(Type.String()),
  user_agent: nullable(Type.String(), {
    description: "The first 512 characters of it; of a command, its name.",
  }),
  request_id: Type.String({ description: "`X-Request-Id` of the answer." }),
  detail: nullable(Type.Record(Type.String(), Type.Unknown()), {
    description: "What else helps to understand it; never a secret.",
  }),
});

/** The wire form of a row. */
export function viewAuditLog(row: AuditRecord): Static<typeof auditLogSchema> {
  return {
    id: row.id,
    sequence: row.sequence,
    created_at: row.at.toISOString(),
    action: row.action,
    result: row.result,
    actor_kind: row.actorKind,
    actor_id: row.actorId,
    user_id: row.userId,
    session_id: row.sessionId,
    amr: row.amr,
    ip: row.ipAddress,
    user_agent: row.userAgent,
    request_id: row.requestId,
    detail: row.detail,
  };
}

function nullable<T extends TSchema>(schema: T, options: { description?: string } = {}) {
  return Type.Union([schema, Type.Null()], options);
}
