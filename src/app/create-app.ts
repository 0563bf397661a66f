import { Elysia } from "elysia";

import { clientsRoutes } from "../features/clients/index.ts";
import { emailChangeRoutes } from "../features/email-change/index.ts";
import { emailVerificationRoutes } from "../features/email-verification/index.ts";
import { type HealthState, healthRoutes } from "../features/health/index.ts";
import { keysRoutes } from "../features/keys/index.ts";
import { oauth2Routes, serverMetadataRoutes } from "../features/oauth2/index.ts";
import { magicLinksRoutes } from "../features/magic-links/index.ts";
import { ownAccountRoutes } from "../features/own-account/index.ts";
import { pagesRoutes } from "../features/pages/index.ts";
import { passwordRecoveryRoutes, passwordsRoutes } from "../features/passwords/index.ts";
import { permissionsOf } from "../features/roles/index.ts";
import {
  createAuthenticator,
  forwardAuthRoutes,
  ownSessionsRoutes,
  sessionsRoutes,
} from "../features/sessions/index.ts";
import { AppError } from "../kernel/errors.ts";
import { version } from "../kernel/version.ts";
import { requestPath } from "../platform/http/request-path.ts";
import { createRefreshCookie } from "../platform/http/refresh-cookie.ts";
import { type Authenticate, createRouteKit } from "../platform/http/route-kit.ts";
import type { Platform } from "../platform/platform.ts";
import { createAllowedMethods } from "./allowed-methods.ts";
import { createCors } from "./cors.ts";
import { docsPages } from "./docs-pages.ts";
import { createErrorMapper } from "./error-mapper.ts";
import { assertEveryBodyIsReadByUs, assertEveryRouteSaysWhoMayCall } from "./guards.ts";
import { createLastResort } from "./last-resort.ts";
import { openApiDocument } from "./openapi.ts";
import { createHostCheck, createRequestIds } from "./request-context.ts";
import { securityHeaders } from "./security-headers.ts";

/** The whole HTTP application. It listens nowhere yet. */
export type App = ReturnType<typeof createApp>;

/** Every feature's routes, and nothing around them. */
export function createRoutes(platform: Platform, health: HealthState, authenticate: Authenticate) {
  const kit = createRouteKit(platform, authenticate, permissionsOf);
  const cookie = createRefreshCookie(platform.settings);
  return new Elysia({ normalize: false })
    .use(healthRoutes(kit, platform, version, health))
    .use(passwordsRoutes(kit, cookie))
    .use(passwordRecoveryRoutes(kit))
    .use(magicLinksRoutes(kit, cookie))
    .use(emailVerificationRoutes(kit))
    .use(sessionsRoutes(kit, cookie, authenticate, permissionsOf))
    .use(ownSessionsRoutes(kit))
    .use(forwardAuthRoutes(kit, cookie, authenticate, permissionsOf))
    .use(ownAccountRoutes(kit, cookie))
    .use(emailChangeRoutes(kit))
    .use(clientsRoutes(kit))
    .use(oauth2Routes(kit, cookie, authenticate))
    .use(serverMetadataRoutes(kit))
    .use(keysRoutes(kit, platform))
    .use(pagesRoutes(kit, platform, cookie));
}

/** The OpenAPI document of the features' routes. */
export function describeRoutes(platform: Platform, health: HealthState) {
  const { settings } = platform;
  return openApiDocument(createRoutes(platform, health, nobodySignsIn), {
    publicUrl: settings.publicUrl,
    serviceName: settings.serviceName,
    version,
    passwordGrantEnabled: settings.passwordGrantEnabled,
  });
}

/** Routes that are only described are never called. */
function nobodySignsIn(): never {
  throw new Error("these routes are not served");
}

/** Puts around the features what holds for every request: ids, headers, origins, phases, errors. */
export function createApp(platform: Platform, health: HealthState) {
  const { settings, clock, log, random } = platform;
  const cors = createCors(settings.allowedOrigins);
  const idOf = createRequestIds(random);
  const assertOneHost = createHostCheck();
  const routes = createRoutes(platform, health, createAuthenticator(platform));
  assertEveryRouteSaysWhoMayCall(routes.routes);
  assertEveryBodyIsReadByUs(routes.routes);
  const docs = docsPages({
    document: () => describeRoutes(platform, health),
    serviceName: settings.serviceName,
    enabled: settings.docsEnabled,
  });
  const allowedMethods = createAllowedMethods([...routes.routes, ...docs.routes]);

  return (
    new Elysia({
      normalize: false,
      // Otherwise a path is looked for after the eleventh character of the URL, and `http://sso/…` has none there.
      handler: { standardHostname: false },
      serve: { error: createLastResort(platform) },
    })
      // First of all: a hook does not apply to routes registered before it.
      .onError(createErrorMapper({ clock, log, allowedMethods }))
      .headers(securityHeaders(settings.publicUrl))
      .onRequest(({ request, set }) => {
        set.headers["x-request-id"] = idOf(request);
        assertOneHost(request);
        cors.annotate(request, set.headers);
        if (health.phase !== "serving") prepareForPhase(health, request, set.headers);
        if (request.method === "OPTIONS" && cors.grantPreflight(request, set.headers)) {
          set.status = 204;
          return new Response(null, { status: 204 });
        }
        return undefined;
      })
      .use(routes)
      .use(docs)
  );
}

/** While starting only health is answered; while draining every answer asks its client to reconnect elsewhere. */
function prepareForPhase(
  health: HealthState,
  request: Request,
  headers: Record<string, string | number | undefined>,
): void {
  if (health.phase === "draining") {
    headers["connection"] = "close";
    return;
  }
  if (!requestPath(request).startsWith("/health")) {
    throw new AppError("UNAVAILABLE", "The service is starting.", { retryAfterSeconds: 1 });
  }
}
