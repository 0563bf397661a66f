import {
  type ChainPosition,
  formatChainPosition,
  sealBatchSize,
  sealRows,
  UnusableChainError,
} from "../../features/audit/index.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Work } from "./periodic-job.ts";

const pauseSeconds = 1;
/** A chain that was cut off behind a head that stands in a log elsewhere is found out: the head is told this often. */
const headSeconds = 60;

/** Seals what was written into the audit log. Every replica tries; each batch is one's. */
export function createAuditSealing(platform: Platform): Work {
  const { clock, log } = platform;
  let untold: ChainPosition | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  let complaint: string | null = null;

  async function sealAll(stopping: AbortSignal): Promise<void> {
    let count: number;
    do {
      const sealed = await sealRows(platform);
      ({ count } = sealed);
      if (count > 0) untold = sealed.head;
    } while (count === sealBatchSize && !stopping.aborted);
    complaint = null;
  }

  function tellHead(): void {
    const now = clock.now().getTime();
    if (untold === null || now - toldAt < headSeconds * 1000) return;
    log.info({ head: formatChainPosition(untold) }, "audit log sealed");
    untold = null;
    toldAt = now;
  }

  /** Once, and not every second. */
  function complain(reason: string): void {
    if (reason !== complaint) log.error({ reason }, "the audit log cannot be sealed");
    complaint = reason;
  }

  return {
    name: "seal audit log",
    pauseSeconds,
    async run(stopping) {
      try {
        await sealAll(stopping);
        tellHead();
      } catch (error) {
        if (!(error instanceof UnusableChainError)) throw error;
        complain(error.message);
      }
    },
  };
}
