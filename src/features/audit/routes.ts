import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { listAuditLogs } from "./list-audit-logs.ts";
import { auditLogSchema, auditLogsQuery, filterOfQuery, viewAuditLog } from "./model.ts";

/** The audit log, for readers with the permission. No operation changes it. */
export function auditRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/audit-logs" }).use(kit).get(
    "",
    async ({ ctx, query }) => {
      const page = await listAuditLogs(ctx, filterOfQuery(query), pageOfQuery(query));
      const items = page.items.map(viewAuditLog);
      return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
    },
    {
      permission: "audit:read",
      query: auditLogsQuery,
      response: {
        200: successSchema(listSchema(auditLogSchema)),
      },
      detail: {
        operationId: "listAuditLogs",
        tags: ["Audit"],
        summary: "List the audit log",
        description:
          "Returns every sign-in, every change, and every failed attempt at one, newest first. Filters are combined.",
      },
    },
  );
}
