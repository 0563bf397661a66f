import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { listQuery } from "../../platform/http/list.ts";
import { parseTimestamp, timestampSchema } from "../../platform/http/timestamp-schema.ts";
import type { AuditFilter, AuditRecord } from "./list-audit-logs.ts";

/** The query of `GET /audit-logs`. */
export const auditLogsQuery = Type.Object(
  {
    ...listQuery.properties,
    user_id: Type.Optional(
      Type.String({
        description: "Only actions on this user, by any actor.",
        format: "uuid",
        // The framework's own form of the format takes a `urn:uuid:` prefix as well.
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
    from: Type.Optional(timestampSchema("Only rows from this time on.")),
    to: Type.Optional(timestampSchema("Only rows up to this time.")),
  },
  { additionalProperties: false },
);

/** The filter of such a query. Throws `VALIDATION_ERROR`. */
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
export const auditLogSchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    sequence: nullable(Type.Integer(), {
      description:
        "The position in the chain; null until the row is sealed, within about a second.",
    }),
    created_at: Type.String({ format: "date-time" }),
    action: Type.String({ description: "The action: `<subject>.<verb>`." }),
    result: Type.String({ description: "`success` or `failure`." }),
    actor_kind: Type.String({
      description:
        "The kind of actor: a signed-in `user`; `anonymous`, without a sign-in; the `operator` at a command line; `system`, the service itself.",
    }),
    actor_id: { ...nullableId, description: "The signed-in user who acted." },
    user_id: { ...nullableId, description: "The user on whom it was done." },
    session_id: nullableId,
    amr: nullable(Type.Array(Type.String()), {
      description: "How the actor was authenticated (RFC 8176).",
    }),
    ip: nullable(Type.String()),
    user_agent: nullable(Type.String(), {
      description: "The first 256 characters; for a command, its name.",
    }),
    request_id: Type.String({
      description: "The first 64 characters of the response's `X-Request-Id`.",
    }),
    detail: nullable(Type.Record(Type.String(), Type.Unknown()), {
      description:
        "Further facts about the action; never a secret. A row with `count` stands for that many failed attempts, up to the time `until`; its other fields are those of the first.",
    }),
  },
  { $id: "AuditEvent" },
);

/** The data of a row's event: the row without its place in the chain, which it does not have yet. */
export const auditEventSchema = Type.Omit(auditLogSchema, ["sequence"], {
  additionalProperties: false,
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
