import { monotonicMilliseconds } from "../../kernel/clock.ts";
import type { Logger } from "../log/port.ts";
import { writeReserveBytes } from "./disk-reserve.ts";

/** The part of the embedded database that the guard uses. */
interface Session {
  execute(text: string): Promise<unknown>;
}

/** Refuses writes while the disk is nearly full. */
export interface DiskGuard {
  /** Called before each statement: lets the database refuse writes, or accept them again. */
  check(session: Session): Promise<void>;
  /** Whether writes are refused. */
  refusesWrites(): boolean;
}

/** How often the free space is read; reading it takes some microseconds. */
const intervalMilliseconds = 50;
/** Writes are accepted again with a quarter more free space than the limit. */
const enoughBytes = writeReserveBytes * 1.25;

/**
 * Guards the one session of an embedded database. While there is too little space its transactions are read-only: reads go on, and
 * each write fails with SQLSTATE 25006. A checkpoint comes first, since the log may take the space.
 */
export function createDiskGuard(freeBytes: () => number, log: Logger): DiskGuard {
  let refuses = false;
  let checkedAt = Number.NEGATIVE_INFINITY;
  let switching: Promise<void> | undefined;

  async function refuseUnlessLogTakesSpace(session: Session): Promise<void> {
    await session.execute("checkpoint");
    const free = freeBytes();
    if (free >= writeReserveBytes) return;
    refuses = true;
    await session.execute("set default_transaction_read_only = on");
    log.error({ free_bytes: free }, "the disk is nearly full: writes are refused");
  }

  async function accept(session: Session, free: number): Promise<void> {
    await session.execute("set default_transaction_read_only = off");
    refuses = false;
    log.info({ free_bytes: free }, "writes are accepted again");
  }

  function change(session: Session, free: number): Promise<void> | undefined {
    if (!refuses && free < writeReserveBytes) return refuseUnlessLogTakesSpace(session);
    if (refuses && free >= enoughBytes) return accept(session, free);
    return undefined;
  }

  return {
    async check(session) {
      const now = monotonicMilliseconds();
      if (!switching && now - checkedAt >= intervalMilliseconds) {
        checkedAt = now;
        switching = change(session, freeBytes())?.finally(() => {
          switching = undefined;
        });
      }
      await switching;
    },
    refusesWrites: () => refuses,
  };
}
