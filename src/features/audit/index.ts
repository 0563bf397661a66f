export type { AuditAction } from "./actions.ts";
export { recordAudit, writeAudit } from "./record-audit.ts";
