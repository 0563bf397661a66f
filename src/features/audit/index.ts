export type { AuditAction } from "./actions.ts";
export { recordAudit, recordAuditOf, writeAudit } from "./record-audit.ts";
