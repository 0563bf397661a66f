import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { listAuditLogs } from "./list-audit-logs.ts";
import { auditLogSchema, auditLogsQuery, filterOfQuery, viewAuditLog } from "./model.ts";

const permission = "audit:read";

/** What happened, for whoever may know. Nothing here changes it. */
export function auditRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/audit-logs" }).use(kit).get(
    "",
    async ({ ctx, query }) => {
      const page = await listAuditLogs(ctx, filterOfQuery(query), pageOfQuery(query));
      const items = page.items.map(viewAuditLog);
      return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
    },
    {
      permission,
      query: auditLogsQuery,
      response: {
        200: successSchema(listSchema(auditLogSchema)),
      },
      detail: {
        operationId: "listAuditLogs",
        tags: ["Audit"],
        summary: "List what happened",
        description: `Every sign-in, every change and every attempt at one, the newest first. Filters are combined. Needs the permission \`${permission}\`.`,
      },
    },
  );
}
