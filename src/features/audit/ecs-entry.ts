import type { AuditRecord } from "./list-audit-logs.ts";

/** The version of the Elastic Common Schema whose fields are used. */
const ecsVersion = "8.17.0";

/** Actions that prove who someone is. The others on users, roles and clients administer accounts. */
const authenticationActions = new Set([
  "user.login",
  "user.locked",
  "user.magic_link_requested",
  "client.authenticated",
  "client.token_granted",
]);
const accountSubjects = new Set(["user", "role", "permission", "client"]);

/** A row of the audit log in the fields of the Elastic Common Schema. Empty fields are left out. */
export function toEcsEntry(row: AuditRecord): Readonly<Record<string, unknown>> {
  const { actorId, userId, ipAddress, userAgent } = row;
  const isSelf = row.actorKind === "anonymous" || actorId === userId;
  const actingId = actorId ?? (isSelf ? userId : null);
  const related = [...new Set([actingId, userId].filter((id) => id !== null))];
  return {
    "@timestamp": row.at.toISOString(),
    ecs: { version: ecsVersion },
    message: `${row.action} ${row.result}`,
    event: {
      kind: "event",
      dataset: "gatehouse.audit",
      id: row.id,
      action: row.action,
      category: [categoryOf(row.action)],
      outcome: row.result,
    },
    ...(related.length === 0
      ? {}
      : {
          user: {
            ...(actingId === null ? {} : { id: actingId }),
            ...(isSelf || userId === null ? {} : { target: { id: userId } }),
          },
          related: { user: related },
        }),
    ...(ipAddress === null ? {} : { source: { ip: ipAddress } }),
    ...(userAgent === null ? {} : { user_agent: { original: userAgent } }),
    http: { request: { id: row.requestId } },
    labels: labelsOf(row),
  };
}

function categoryOf(action: string): "authentication" | "iam" | "configuration" {
  const [subject = ""] = action.split(".");
  if (subject === "session" || authenticationActions.has(action)) return "authentication";
  return accountSubjects.has(subject) ? "iam" : "configuration";
}

/** Labels are strings without a structure: what is not a string is written as JSON. */
function labelsOf({ actorKind, sessionId, amr, detail }: AuditRecord): Record<string, string> {
  const facts = { actor_kind: actorKind, session_id: sessionId, amr, ...detail };
  const labels: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value === null || value === undefined) continue;
    labels[name] = typeof value === "string" ? value : JSON.stringify(value);
  }
  return labels;
}
