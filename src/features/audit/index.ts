export type { AuditAction } from "./actions.ts";
export { type AuditEntry, recordAudit, recordAuditOf, writeAudit } from "./record-audit.ts";
