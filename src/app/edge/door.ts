import type { HealthState } from "../../features/health/index.ts";
import { AppError } from "../../kernel/errors.ts";
import { requestPath } from "../../platform/http/request-path.ts";
import type { Cors } from "./cors.ts";
import type { Answered } from "./respond.ts";
import type { HostCheck } from "./host-check.ts";

/** What lies behind the door, and what the door itself answers with. */
export interface DoorOptions {
  readonly health: Pick<HealthState, "phase">;
  readonly hosts: Pick<HostCheck, "assertOne">;
  readonly cors: Cors;
  readonly route: (request: Request) => Response | Promise<Response>;
  readonly refuse: (request: Request, error: unknown) => Response;
  readonly write: (answered: Answered) => Response;
}

/**
 * What every request passes before it is routed: an ambiguous `Host` is refused, a preflight answered, and while starting
 * nothing but health is. (Short ways ask the same.) A framework's hook here would cost more than judging a token.
 */
export function createDoor({ health, hosts, cors, route, refuse, write }: DoorOptions) {
  return (request: Request): Response | Promise<Response> => {
    try {
      hosts.assertOne(request);
      if (health.phase === "starting") assertIsAboutHealth(request);
    } catch (error) {
      return refuse(request, error);
    }
    const granted = cors.grantPreflight(request);
    return granted
      ? write({ request, responseValue: null, set: { status: 204, headers: granted } })
      : route(request);
  };
}

function assertIsAboutHealth(request: Request): void {
  if (!requestPath(request).startsWith("/health")) {
    throw new AppError("UNAVAILABLE", "The service is starting.", { retryAfterSeconds: 1 });
  }
}
