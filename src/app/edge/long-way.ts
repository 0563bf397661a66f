import { AppError } from "../../kernel/errors.ts";
import type { Callers } from "./callers.ts";

type Route = (request: Request) => Response | Promise<Response>;

/** What lies on the long way: the router, and what is answered to whoever does not get there. */
export interface LongWayOptions {
  readonly callers: Pick<Callers, "register">;
  readonly router: Route;
  readonly refuse: (request: Request, error: unknown) => Response;
}

/**
 * Where a request enters the router. Its caller's address is taken here, before anything is waited for but a body that
 * was read ahead: a connection that was reset has none. Of whoever has reset it by now nothing is done, not even a log-out: no record could say
 * who it was, and no limit could count it.
 */
export function createLongWay({ callers, router, refuse }: LongWayOptions): Route {
  return (request) =>
    callers.register(request)
      ? router(request)
      : refuse(request, new AppError("VALIDATION_ERROR", "The connection is gone."));
}
