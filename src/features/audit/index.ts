export type { AuditAction } from "./actions.ts";
export { type ChainPosition, formatChainPosition, parseChainPosition } from "./chain-hash.ts";
export { UnusableChainError } from "./chain-queries.ts";
export {
  type AuditEntry,
  recordAudit,
  recordAuditOf,
  recordFailure,
  writeAudit,
} from "./record-audit.ts";
export { writeFailedAttempts } from "./failed-attempts.ts";
export { auditRoutes } from "./routes.ts";
export { type Pruned, pruneAuditLog } from "./prune.ts";
export { sealBatchSize, sealRows } from "./seal-rows.ts";
export { deleteExpiredAuditRows } from "./delete-expired.ts";
export { type AuditReport, verifyAuditLog } from "./verify-audit-log.ts";
export { recordRefusal, recordRefusals } from "./record-refusal.ts";
