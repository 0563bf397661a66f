import type { SendResult } from "../../../platform/brokers/port.ts";
import type { SentRun } from "./send-in-order.ts";

/** What tells on this replica that a destination is down, and not that single events are refused. */
export interface OutageSigns {
  /** Takes the results of a batch, and gives whether the destination is down by now. */
  read(sent: readonly SentRun[], isProbe: boolean): boolean;
  /** Called when the destination is reachable again. */
  forget(): void;
}

/** The number of users whose events have failed in a row, with no other result between them, from which on it is down. */
const users = 5;

/**
 * Signs of an outage: failures of which the destination may be the cause, such as a status of 5xx. If one user's event fails, that
 * may be its own fault; if those of five users do, and nothing else succeeds or is refused, the destination is down. A probe
 * that fails again shows that it still is.
 */
export function createOutageSigns(): OutageSigns {
  const failing = new Set<string>();
  return {
    read(sent, isProbe) {
      let isAnswered = false;
      let isFailed = false;
      for (const { run, results } of sent) {
        for (const [place, result] of results.entries()) {
          if (isSign(result)) {
            isFailed = true;
            failing.add(run[place]?.key ?? "");
          } else if (result.kind !== "unavailable") {
            isAnswered = true;
            failing.clear();
          }
        }
      }
      return failing.size >= users || (isProbe && isFailed && !isAnswered);
    },
    forget: () => failing.clear(),
  };
}

/** Whether the destination may be the cause of a failure. */
export function isSign(result: SendResult): result is Extract<SendResult, { kind: "failed" }> {
  return result.kind === "failed" && result.mayBeDown === true;
}
