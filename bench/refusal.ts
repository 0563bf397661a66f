import type { ServerProcess } from "../tests/support/executable.ts";

/** A right in use at one replica, again and again. */
export interface Use {
  readonly server: ServerProcess;
  readonly path: string;
  readonly bearer: string;
}

/** A revocation and the time of its response: infinity until then. */
export interface Revocation {
  answeredAt: number;
}

/** What one replica made of a right after the revoking call had been answered. */
export interface Refusal {
  /**
   * From that answer to the first refusal that no acceptance follows, in milliseconds; 0 when it was refused before. The time
   * which that request took is counted in, and that of the last accepted one.
   */
  readonly milliseconds: number;
  /** From that answer to the sending of the last request that was accepted; 0 when there was none. */
  readonly acceptedUntilMilliseconds: number;
  /** Requests sent after that answer, and accepted. */
  readonly accepted: number;
}

/** After so long the right is gone, or never will be. */
const patienceMilliseconds = 2000;

/** Whether the right is there. Throws on any answer that does not tell. */
export async function isAccepted({ server, path, bearer }: Use): Promise<boolean> {
  const { status } = await server.call("GET", path, { bearer });
  if (status !== 200 && status !== 401 && status !== 403) throw new Error(`${path}: ${status}`);
  return status === 200;
}

/** Uses the right until it has been refused, without exception, for `steadyMilliseconds`. */
export async function awaitRefusal(
  use: Use,
  revocation: Revocation,
  steadyMilliseconds: number,
): Promise<Refusal> {
  let refusedAt = Number.POSITIVE_INFINITY;
  let acceptedUntilMilliseconds = 0;
  let accepted = 0;
  for (;;) {
    const sentAt = performance.now();
    const since = sentAt - revocation.answeredAt;
    const steadyFor = sentAt - Math.max(refusedAt, revocation.answeredAt);
    if (steadyFor > steadyMilliseconds) {
      const milliseconds = Math.max(0, refusedAt - revocation.answeredAt);
      return { milliseconds, acceptedUntilMilliseconds, accepted };
    }
    if (since > patienceMilliseconds) throw new Error("what was revoked is still accepted");
    if (!(await isAccepted(use))) {
      refusedAt = Math.min(refusedAt, performance.now());
      continue;
    }
    refusedAt = Number.POSITIVE_INFINITY;
    if (since < 0) continue;
    accepted += 1;
    acceptedUntilMilliseconds = since;
  }
}
