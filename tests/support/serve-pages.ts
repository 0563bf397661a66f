import type { AnyElysia } from "elysia";

import { createErrorMapper } from "../../src/app/edge/map-error.ts";
import { createResponder } from "../../src/app/edge/respond.ts";
import { createRouter } from "../../src/app/edge/router.ts";
import { createAuthenticator } from "../../src/features/access/index.ts";
import { otherSitePage } from "../../src/features/pages/index.ts";
import { createExchanges } from "../../src/platform/http/exchange.ts";
import { createGuard } from "../../src/platform/http/guard.ts";
import { createRequestIds } from "../../src/platform/http/request-id.ts";
import { createRouteKit, type RouteKit } from "../../src/platform/http/route-kit.ts";
import type { Answer, Call } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";

/** Pages of a test on the guard, the route kit and the router of the product. */
export interface ServedPages {
  readonly routes: AnyElysia;
  call(method: "GET" | "POST", path: string, call?: Pick<Call, "headers">): Promise<Answer>;
}

/** Serves a test's own pages in this process, with the platform of an application. */
export function servePages(
  { platform }: Pick<TestApp, "platform">,
  pagesOf: (kit: RouteKit) => AnyElysia,
): ServedPages {
  const exchanges = createExchanges({
    requestIds: createRequestIds(platform.random),
    readClientAddress: (peer) => peer,
  });
  const guard = createGuard(platform, exchanges, createAuthenticator(platform));
  const routes = pagesOf(
    createRouteKit(platform, guard, exchanges, otherSitePage(platform.settings)),
  );
  const { clock, log } = platform;
  const router = createRouter([routes], {
    exchanges,
    responder: createResponder({ common: {}, additions: () => null }),
    mapError: createErrorMapper({
      clock,
      log,
      table: { methodsOf: () => [] },
      findErrorPage: () => null,
    }),
  });
  return {
    routes,
    async call(method, path, { headers = {} } = {}) {
      // As from a server: the router finds no path in an address with https.
      const request = new Request(`http://localhost${path}`, {
        method,
        headers,
        ...(method === "POST" ? { body: new URLSearchParams() } : {}),
      });
      const exchange = exchanges.open(request, {
        requestIP: () => ({ address: "127.0.0.1" }),
        timeout: () => undefined,
      });
      exchanges.attach(request, exchange);
      const response = await router(request);
      const { status } = response;
      return { status, headers: response.headers, text: await response.text(), json: undefined };
    },
  };
}
