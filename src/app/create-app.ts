import { type AnyElysia, Elysia } from "elysia";

import { auditRoutes } from "../features/audit/index.ts";
import { clientsRoutes } from "../features/clients/index.ts";
import { emailChangeRoutes } from "../features/email-change/index.ts";
import { emailVerificationRoutes } from "../features/email-verification/index.ts";
import { type HealthState, healthRoutes } from "../features/health/index.ts";
import { keysRoutes } from "../features/keys/index.ts";
import { oauth2Routes, serverMetadataRoutes } from "../features/oauth2/index.ts";
import { magicLinksRoutes } from "../features/magic-links/index.ts";
import { ownAccountRoutes, ownUserShortcut } from "../features/own-account/index.ts";
import { pagesRoutes } from "../features/pages/index.ts";
import { passwordRecoveryRoutes, passwordsRoutes } from "../features/passwords/index.ts";
import { postsRoutes } from "../features/posts/index.ts";
import { permissionsRoutes, rolesRoutes, userRolesRoutes } from "../features/roles/index.ts";
import {
  createAuthenticator,
  forwardAuthRoutes,
  forwardAuthShortcut,
  validateTokenRoutes,
  validateTokenShortcut,
} from "../features/access/index.ts";
import { ownSessionsRoutes, sessionsRoutes } from "../features/sessions/index.ts";
import { userSessionsRoutes, usersRoutes } from "../features/user-administration/index.ts";
import { version } from "../kernel/version.ts";
import { createRefreshCookie } from "../platform/http/refresh-cookie.ts";
import { createRequestIds } from "../platform/http/request-id.ts";
import { type Authenticate, createRouteKit, type Reception } from "../platform/http/route-kit.ts";
import type { Platform } from "../platform/platform.ts";
import { createAnswerWriter } from "./edge/respond.ts";
import { createAllowedMethods } from "./edge/allowed-methods.ts";
import { createCallers, type Handler } from "./edge/callers.ts";
import { createCors } from "./edge/cors.ts";
import { docsPages } from "./docs/docs-pages.ts";
import { createDoor } from "./edge/door.ts";
import { createErrorMapper } from "./edge/map-error.ts";
import { createHostCheck } from "./edge/host-check.ts";
import {
  assertEveryBodyHasAKind,
  assertEveryRouteStatesItsAccess,
} from "./edge/route-assertions.ts";
import { createLongWay } from "./edge/long-way.ts";
import { closeNarrowerPaths } from "./edge/narrower-paths.ts";
import { documentedRoutes } from "./openapi/documented-route.ts";
import { openApiDocument } from "./openapi/document.ts";
import { createRefusal } from "./edge/refusal.ts";
import { createShortcuts } from "./edge/shortcuts.ts";
import { securityHeaders } from "./edge/security-headers.ts";

/** The whole HTTP application, as a server takes it. It listens nowhere yet. */
export interface App {
  /** Gives each request its answer. */
  readonly fetch: Handler;
  /** By path: the same answers, sooner. */
  readonly routes: Readonly<Record<string, Handler>>;
}

/** What the routes are created from. */
export interface RouteOptions {
  readonly platform: Platform;
  readonly health: HealthState;
  readonly authenticate: Authenticate;
  readonly reception: Reception;
}

/** The type of the HTTP API, for `treaty<Api>` of `@elysiajs/eden`. */
export type Api = ReturnType<typeof createRoutes>;

/** The routes of all features. */
export function createRoutes({ platform, health, authenticate, reception }: RouteOptions) {
  const { settings } = platform;
  const kit = createRouteKit(platform, authenticate, reception);
  const cookie = createRefreshCookie(settings);
  const parts = { kit, cookie, authenticate, platform, health };
  const posts = postsRoutes(parts);
  return new Elysia({ normalize: false })
    .use(healthRoutes(parts))
    .use(passwordsRoutes(parts))
    .use(passwordRecoveryRoutes(parts))
    .use(magicLinksRoutes(parts))
    .use(emailVerificationRoutes(parts))
    .use(sessionsRoutes(parts))
    .use(validateTokenRoutes(parts))
    .use(ownSessionsRoutes(parts))
    .use(forwardAuthRoutes(parts))
    .use(ownAccountRoutes(parts))
    .use(emailChangeRoutes(parts))
    .use(rolesRoutes(parts))
    .use(permissionsRoutes(parts))
    .use(userRolesRoutes(parts))
    .use(usersRoutes(parts))
    .use(userSessionsRoutes(parts))
    .use(clientsRoutes(parts))
    .use(auditRoutes(parts))
    .use(oauth2Routes(parts))
    .use(serverMetadataRoutes(parts))
    .use(keysRoutes(parts))
    .use(pagesRoutes(kit, platform, cookie))
    .use(settings.postsEnabled ? posts : asRoutesOf(posts, new Elysia()));
}

/** Other routes under the type of `_routes`: the type of the API does not depend on a setting. */
function asRoutesOf<Routes extends AnyElysia>(_routes: Routes, others: AnyElysia): Routes {
  return others as Routes;
}

/** The OpenAPI document of the features' routes. */
export function describeRoutes(platform: Platform, health: HealthState) {
  const { settings } = platform;
  const routes = createRoutes({
    platform,
    health,
    authenticate: neverCalled,
    reception: noReception,
  });
  return openApiDocument(documentedRoutes(routes), {
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

const noReception: Reception = {
  requestIds: { of: neverCalled, finally: neverCalled },
  addressOf: neverCalled,
};

/** Puts around the features what holds for every request: ids, headers, origins, phases, errors. */
export function createApp(platform: Platform, health: HealthState): App {
  const { settings, clock, log, random } = platform;
  const cors = createCors(settings.allowedOrigins);
  const requestIds = createRequestIds(random);
  const callers = createCallers();
  const { authenticate, recall } = createAuthenticator(platform);
  const features = createRoutes({
    platform,
    health,
    authenticate,
    reception: { requestIds, addressOf: callers.addressOf },
  });
  assertEveryRouteStatesItsAccess(features.routes);
  assertEveryBodyHasAKind(features.routes);
  const docs = docsPages({
    document: () => describeRoutes(platform, health),
    serviceName: settings.serviceName,
    enabled: settings.docsEnabled,
  });
  const allowedMethods = createAllowedMethods([...features.routes, ...docs.routes]);
  const mapError = createErrorMapper({ clock, log, requestIds, allowedMethods });
  const writer = createAnswerWriter({
    common: securityHeaders(settings.publicUrl),
    requestIds,
    additions(request) {
      const ofOrigin = cors.additions(request);
      // Its client is to come again elsewhere.
      return health.phase === "draining" ? { ...ofOrigin, connection: "close" } : ofOrigin;
    },
  });

  const { write } = writer;
  const router = new Elysia({
    normalize: false,
    // Otherwise a path is looked for after the eleventh character of the URL, and `http://sso/…` has none there.
    handler: { standardHostname: false },
  })
    // First of all: a hook does not apply to routes registered before it.
    .onError(mapError)
    .mapResponse(write)
    .use(features)
    .use(closeNarrowerPaths(features.routes))
    .use(docs)
    .compile();
  const hosts = createHostCheck();
  const refuse = createRefusal({ mapError, write });
  const route = createLongWay({ callers, router: router.fetch, refuse });
  const door = createDoor({ health, hosts, cors, refuse, write, route });
  const answer: Handler = (request, server) => door(callers.receive(request, server));
  const routes = createShortcuts([ownUserShortcut, forwardAuthShortcut, validateTokenShortcut], {
    clock,
    health,
    recall,
    hosts,
    writer,
    otherwise: answer,
    bodyLimitBytes: settings.bodyLimitBytes,
  });
  return { fetch: answer, routes };
}
