import type { HealthState } from "../../features/health/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { type Exchange, requestPath } from "../../platform/http/exchange.ts";
import type { Cors } from "./cors.ts";
import type { HostCheck } from "./host-check.ts";
import type { Responder } from "./respond.ts";
import type { OriginNotice } from "./unknown-origins.ts";

/** Decides before routing: returns a response, or null for a request that is passed to its route. Throws to reject a request. */
export type Gate = (exchange: Exchange) => Response | null;

/** What the gate's decisions depend on. */
export interface GateOptions {
  readonly health: Pick<HealthState, "phase">;
  readonly hosts: HostCheck;
  readonly cors: Pick<Cors, "grantPreflight">;
  readonly noticeOrigin: OriginNotice | null;
  readonly responder: Pick<Responder, "write">;
}

/** Rejects an ambiguous `Host`, rejects all but health checks while the service starts, and responds to preflights. */
export function createGate(options: GateOptions): Gate {
  const { health, hosts, cors, noticeOrigin, responder } = options;
  return (exchange) => {
    const { request } = exchange;
    hosts.assertValid(request);
    noticeOrigin?.(request);
    if (health.phase === "starting") assertIsHealthCheck(request);
    const granted = cors.grantPreflight(request);
    return granted && responder.write(exchange, null, 204, granted);
  };
}

function assertIsHealthCheck(request: Request): void {
  if (!requestPath(request).startsWith("/health")) {
    throw new AppError("UNAVAILABLE", "The service is starting.", { retryAfterSeconds: 1 });
  }
}
