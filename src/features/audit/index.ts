export { auditBacklog } from "./backlog.ts";
export type { AuditAction } from "./actions.ts";
export { beginNewChain } from "./begin-new-chain.ts";
export { isChainToReseal, resealChainKeys } from "./chain-key.ts";
export { type ChainPosition, formatChainPosition, parseChainPosition } from "./chain-position.ts";
export { differsFromEarlier } from "./differs-from-earlier.ts";
export { UnusableChainError } from "./chain-queries.ts";
export {
  auditTopic,
  failuresTopic,
  recordAudit,
  recordAuditOf,
  recordFailure,
  writeAudit,
} from "./record-audit.ts";
export { writeFailedAttempts } from "./failed-attempts.ts";
export { listAuditLogs } from "./list-audit-logs.ts";
export { auditEventSchema, viewAuditLog } from "./model.ts";
export { auditRoutes } from "./routes.ts";
export { type Pruned, pruneAuditLog } from "./prune.ts";
export { sealBatchSize, type SealedBatch, sealRows } from "./seal-rows.ts";
export { deleteExpiredAuditRows } from "./delete-expired.ts";
export { type AuditReport, verifyAuditLog } from "./verify-audit-log.ts";
export { recordRefusal, recordRefusals } from "./record-refusal.ts";
