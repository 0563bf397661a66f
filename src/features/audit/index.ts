export { type AuditEntry, recordAudit, writeAudit } from "./record-audit.ts";
