import type { Socket } from "node:net";

import { explainTlsError } from "./address-error.ts";
import type { HostOrder } from "./host-order.ts";
import { openSocket } from "./open-socket.ts";
import type { ConnectionTarget } from "./target.ts";

/** One attempt of the driver to connect, which tries each server of the URL once. The patched driver calls it. */
export interface Dial {
  /** Opens a connection to the next server that can be reached. Throws when none is left. */
  open(): Promise<Socket>;
  hasNext(): boolean;
  /** Whether the server of the open connection has the role that is required, by what it reported when it started. */
  accepts(parameters: Readonly<Record<string, string | undefined>>): boolean;
  /** Whether another server is tried after this error of a starting connection. */
  skips(error: unknown): boolean;
  /** The server of the open connection stopped responding before it was ready. */
  timedOut(): void;
  /** Why no server was usable. */
  failure(): Error;
}

/** All servers responded, and none of them accepts writes: a failover is going on, or the URL names standbys alone. */
class NoSuitableHostError extends Error {
  readonly code = "NO_SUITABLE_HOST";
}

/** Limits the wait for a server that did not respond the last time, so that another one that was promoted is soon found. */
const shorterTimeoutMilliseconds = 1000;

/** Creates the attempts to connect to the servers of a URL. `order` is shared by all of them. */
export function createDialer(
  target: ConnectionTarget,
  order: HostOrder,
  timeoutSeconds: number,
): () => Dial {
  const wholeMilliseconds = timeoutSeconds * 1000;
  const { hosts, role, tls } = target;

  const timeoutFor = (index: number): number =>
    hosts.length > 1 && order.wasUnreachable(index)
      ? Math.min(wholeMilliseconds, shorterTimeoutMilliseconds)
      : wholeMilliseconds;

  return () => {
    const left = order.next();
    let current = 0;
    let failure: Error = new NoSuitableHostError("no server of the database URL accepts writes");

    async function open(): Promise<Socket> {
      for (let index = left.shift(); index !== undefined; index = left.shift()) {
        const host = hosts[index];
        if (!host) break;
        current = index;
        try {
          const socket = await openSocket(host, tls, timeoutFor(index));
          if (role === "any") order.isUsable(index);
          return socket;
        } catch (error) {
          order.isUnreachable(index);
          failure = explainTlsError(error) ?? (error instanceof Error ? error : failure);
        }
      }
      throw failure;
    }

    return {
      open,
      hasNext: () => left.length > 0,
      accepts(parameters) {
        const isReadOnly = parameters["default_transaction_read_only"] === "on";
        const isStandby = parameters["in_hot_standby"] === "on";
        const isSuitable = !isStandby && !(role === "read-write" && isReadOnly);
        if (isSuitable) order.isUsable(current);
        else {
          order.isUnsuitable(current);
          failure = new NoSuitableHostError("no server of the database URL accepts writes");
        }
        return isSuitable;
      },
      skips(error) {
        // Cannot connect now (57P03): it is starting, stopping or a standby that answers no queries.
        if (!(error instanceof Error) || Reflect.get(error, "code") !== "57P03") return false;
        order.isUnsuitable(current);
        failure = error;
        return left.length > 0;
      },
      timedOut: () => order.isUnreachable(current),
      failure: () => failure,
    };
  };
}
