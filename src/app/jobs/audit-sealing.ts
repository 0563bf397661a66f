import {
  type ChainPosition,
  formatChainPosition,
  sealBatchSize,
  type SealedBatch,
  sealRows,
  UnusableChainError,
} from "../../features/audit/index.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Job } from "./periodic-job.ts";

/** How late rows are sealed that no running replica has written: those of commands and of a replica that was killed. */
const pauseSeconds = 10;
/** How late all others are sealed. */
const wokenSeconds = 1;
/** How often the head of the chain is logged. A later removal of the newest rows is detected by comparison with a logged head. */
const headSeconds = 60;

/** Seals new rows of the audit log. Every replica runs it, woken by the rows that it writes; each batch is sealed by one of them. */
export function createAuditSealing(platform: Platform): Job {
  const { clock, log } = platform;
  let unloggedHead: ChainPosition | null = null;
  let loggedAt = Number.NEGATIVE_INFINITY;
  let loggedReason: string | null = null;

  async function sealAll(stopping: AbortSignal): Promise<void> {
    let sealed: SealedBatch;
    do {
      sealed = await sealRows(platform);
      if (sealed.count > 0) unloggedHead = sealed.head;
    } while ((sealed.count === sealBatchSize || sealed.isOvertaken) && !stopping.aborted);
    loggedReason = null;
  }

  function logHead(): void {
    const now = clock.now().getTime();
    if (unloggedHead === null || now - loggedAt < headSeconds * 1000) return;
    log.info({ head: formatChainPosition(unloggedHead) }, "audit log sealed");
    unloggedHead = null;
    loggedAt = now;
  }

  /** Logs a reason once, not at every run. */
  function logFailure(reason: string): void {
    if (reason !== loggedReason) log.error({ reason }, "audit log cannot be sealed");
    loggedReason = reason;
  }

  return {
    name: "audit sealing",
    pauseSeconds,
    wokenSeconds,
    async run(stopping) {
      try {
        await sealAll(stopping);
        logHead();
      } catch (error) {
        if (!(error instanceof UnusableChainError)) throw error;
        logFailure(error.message);
      }
    },
  };
}
