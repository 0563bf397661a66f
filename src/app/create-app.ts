import { Elysia } from "elysia";

import { accessRoutes, createAuthenticator } from "../features/access/index.ts";
import { auditRoutes } from "../features/audit/index.ts";
import { clientsRoutes } from "../features/clients/index.ts";
import { emailChangeRoutes } from "../features/email-change/index.ts";
import { emailVerificationRoutes } from "../features/email-verification/index.ts";
import { type HealthState, healthRoutes } from "../features/health/index.ts";
import { keysRoutes } from "../features/keys/index.ts";
import {
  introspectionRoute,
  oauth2Routes,
  serverMetadataRoutes,
} from "../features/oauth2/index.ts";
import { magicLinksRoutes } from "../features/magic-links/index.ts";
import { ownAccountRoutes } from "../features/own-account/index.ts";
import { pagesRoutes } from "../features/pages/index.ts";
import { passwordRecoveryRoutes, passwordsRoutes } from "../features/passwords/index.ts";
import { postsRoutes } from "../features/posts/index.ts";
import { permissionsRoutes, rolesRoutes, userRolesRoutes } from "../features/roles/index.ts";
import { ownSessionsRoutes, sessionsRoutes } from "../features/sessions/index.ts";
import { userSessionsRoutes, usersRoutes } from "../features/user-administration/index.ts";
import { version } from "../kernel/version.ts";
import { createClientAddressReader } from "../platform/http/client-address.ts";
import { createExchanges } from "../platform/http/exchange.ts";
import { type Authenticate, createGuard } from "../platform/http/guard.ts";
import type { HotRoute } from "../platform/http/hot-route.ts";
import { createRefreshCookie, type RefreshCookie } from "../platform/http/refresh-cookie.ts";
import { createRequestIds } from "../platform/http/request-id.ts";
import { createRouteKit, type RouteKit } from "../platform/http/route-kit.ts";
import type { Platform } from "../platform/platform.ts";
import { docsPages } from "./docs/docs-pages.ts";
import { createCors } from "./edge/cors.ts";
import { createGate } from "./edge/gate.ts";
import { createEdge, type Edge } from "./edge/handle.ts";
import { createHostCheck } from "./edge/host-check.ts";
import { createErrorMapper } from "./edge/map-error.ts";
import { closeNarrowerPaths } from "./edge/narrower-paths.ts";
import { createObserve } from "./edge/observe.ts";
import { createRequestMetrics, type RequestMetrics } from "./edge/request-metrics.ts";
import { createResponder } from "./edge/respond.ts";
import {
  assertEveryBodyIsReadByUs,
  assertEveryRouteSaysWhoMayCall,
} from "./edge/route-assertions.ts";
import { createRouteTable } from "./edge/route-table.ts";
import { createRouter } from "./edge/router.ts";
import { securityHeaders } from "./edge/security-headers.ts";
import { openApiDocument } from "./openapi/document.ts";

/** The HTTP application as a server takes it. It listens nowhere yet. */
export interface App extends Edge {
  readonly metrics: RequestMetrics;
}

/** Every feature's routes, and nothing around them. */
export function createRoutes(
  platform: Platform,
  health: HealthState,
  kit: RouteKit,
  cookie: RefreshCookie,
) {
  const routes = new Elysia({ normalize: false })
    .use(healthRoutes(kit, platform, version, health))
    .use(passwordsRoutes(kit, cookie))
    .use(passwordRecoveryRoutes(kit))
    .use(magicLinksRoutes(kit, cookie))
    .use(emailVerificationRoutes(kit))
    .use(sessionsRoutes(kit, cookie))
    .use(ownSessionsRoutes(kit))
    .use(ownAccountRoutes(kit, cookie))
    .use(emailChangeRoutes(kit))
    .use(rolesRoutes(kit))
    .use(permissionsRoutes(kit))
    .use(userRolesRoutes(kit))
    .use(usersRoutes(kit))
    .use(userSessionsRoutes(kit))
    .use(clientsRoutes(kit))
    .use(auditRoutes(kit))
    .use(oauth2Routes(kit, cookie))
    .use(serverMetadataRoutes(kit))
    .use(keysRoutes(kit, platform))
    .use(pagesRoutes({ kit, platform, cookie }));
  return platform.settings.postsEnabled ? routes.use(postsRoutes(kit)) : routes;
}

/** The hot routes of all features. */
export function createHotRoutes(authenticate: Authenticate, cookie: RefreshCookie): HotRoute[] {
  return [...accessRoutes({ authenticate, cookie }), introspectionRoute({ authenticate })];
}

/** The OpenAPI document of the features' routes. */
export function describeRoutes(platform: Platform, health: HealthState) {
  const { settings } = platform;
  const kit = createRouteKit(
    platform,
    { admitAnyone: neverCalled, admitUser: neverCalled },
    { of: neverCalled },
  );
  const cookie = createRefreshCookie(settings);
  const hotRoutes = createHotRoutes(neverCalled, cookie).map((route) => ({
    ...route,
    hooks: {
      response: route.response,
      detail: route.detail,
      ...(route.body ? { body: route.body.schema } : {}),
    },
  }));
  return openApiDocument([...createRoutes(platform, health, kit, cookie).routes, ...hotRoutes], {
    publicUrl: settings.publicUrl,
    serviceName: settings.serviceName,
    version,
    passwordGrantEnabled: settings.passwordGrantEnabled,
  });
}

/** Routes that are only described are never called. */
function neverCalled(): never {
  throw new Error("these routes are not served");
}

/** The application: the features' routes behind the edge. Throws for a route without an access mark or a body reader. */
export function createApp(platform: Platform, health: HealthState): App {
  const { settings, clock, log } = platform;
  const exchanges = createExchanges({
    requestIds: createRequestIds(platform.random),
    readClientAddress: createClientAddressReader(settings.trustedProxies),
  });
  const { authenticate } = createAuthenticator(platform);
  const guard = createGuard(platform, exchanges, authenticate);
  const cookie = createRefreshCookie(settings);
  const kit = createRouteKit(platform, guard, exchanges);
  const features = createRoutes(platform, health, kit, cookie);
  assertEveryRouteSaysWhoMayCall(features.routes);
  assertEveryBodyIsReadByUs(features.routes);
  const docs = docsPages({
    document: () => describeRoutes(platform, health),
    serviceName: settings.serviceName,
    enabled: settings.docsEnabled,
  });
  const hotRoutes = createHotRoutes(authenticate, cookie);
  const table = createRouteTable(hotRoutes, [...features.routes, ...docs.routes]);
  const cors = createCors(settings.allowedOrigins);
  const responder = createResponder({
    common: securityHeaders(settings.publicUrl),
    additions(request) {
      const ofOrigin = cors.additions(request);
      // A load balancer opens the client's next connection to another replica.
      return health.phase === "draining" ? { ...ofOrigin, connection: "close" } : ofOrigin;
    },
  });
  const mapError = createErrorMapper({ clock, log, table });
  const routes = new Elysia({ normalize: false })
    .use(features)
    .use(closeNarrowerPaths([...features.routes, ...hotRoutes]))
    .use(docs);
  const hotPaths = new Set(hotRoutes.map(({ path }) => path));
  const metrics = createRequestMetrics();

  const edge = createEdge({
    exchanges,
    gate: createGate({ health, hosts: createHostCheck(), cors, responder }),
    table,
    router: createRouter(routes, { exchanges, responder, mapError }),
    hot: { guard, bodyLimitBytes: settings.bodyLimitBytes },
    mapError,
    responder,
    observe: createObserve({
      clock,
      log,
      logRequests: settings.logRequests,
      exchanges,
      metrics,
      isHot: ({ route }) => route !== null && hotPaths.has(route),
    }),
    log,
  });
  return { ...edge, metrics };
}
