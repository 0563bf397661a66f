export type { AuditAction } from "./actions.ts";
export { type AuditEntry, recordAudit, writeAudit } from "./record-audit.ts";
