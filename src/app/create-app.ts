import { createAuthenticator } from "../features/access/index.ts";
import type { HealthState } from "../features/health/index.ts";
import { hasMailbox, mailboxPath, otherSitePage } from "../features/pages/index.ts";
import { createProviders, type Provider } from "../features/social-login/index.ts";
import { addSeconds, processUptimeSeconds } from "../kernel/clock.ts";
import type { Settings } from "../platform/config/settings.ts";
import { createClientAddressReader } from "../platform/http/client-address.ts";
import { createExchanges } from "../platform/http/exchange.ts";
import { createGuard } from "../platform/http/guard.ts";
import { createRefreshCookie } from "../platform/http/refresh-cookie.ts";
import { createRequestIds } from "../platform/http/request-id.ts";
import { createRouteKit } from "../platform/http/route-kit.ts";
import type { Platform } from "../platform/platform.ts";
import { asyncApiDocument } from "./asyncapi/document.ts";
import { docsPages } from "./docs/docs-pages.ts";
import type { LandingLink } from "./docs/landing-page.ts";
import { createConnectionTimes } from "./edge/connection-times.ts";
import { createCors } from "./edge/cors.ts";
import { createGate } from "./edge/gate.ts";
import { createEdge, type Edge } from "./edge/handle.ts";
import { createHostCheck } from "./edge/host-check.ts";
import { createErrorPages } from "./edge/error-pages.ts";
import { createErrorMapper } from "./edge/map-error.ts";
import { closeNarrowerPaths } from "./edge/narrower-paths.ts";
import { createObserve } from "./edge/observe.ts";
import { createPlainPaths } from "./edge/plain-path.ts";
import { createRequestMetrics, type RequestMetrics } from "./edge/request-metrics.ts";
import { createResponder } from "./edge/respond.ts";
import { collect } from "./metrics/collect.ts";
import { createBacklogReader } from "./metrics/read-backlogs.ts";
import { outboxTopics } from "./jobs/workers.ts";
import {
  assertEveryBodyHasAKind,
  assertEveryRouteStatesItsAccess,
  assertNoPageIsInTheApi,
} from "./edge/route-assertions.ts";
import { createRouteTable } from "./edge/route-table.ts";
import { createRouter } from "./edge/router.ts";
import { securityHeaders } from "./edge/security-headers.ts";
import { traceEdge, traceObserved } from "./edge/traced-edge.ts";
import { createOriginNotice } from "./edge/unknown-origins.ts";
import { createHotRoutes, createRoutes, describeRoutes } from "./routes.ts";

const untrustedProxyWarning =
  "A request has forwarding headers, but its peer is not in TRUSTED_PROXIES: the headers are ignored, and limits count the peer. If it is your reverse proxy, add its network.";

/** The HTTP application as a server takes it. It listens nowhere yet. */
export interface App extends Edge {
  readonly metrics: RequestMetrics;
}

/** The features' routes behind the edge. Throws for a route without an access or without a kind of body. */
export function createApp(
  platform: Platform,
  health: HealthState,
  providers: ReadonlyMap<string, Provider> = createProviders(platform),
): App {
  const { settings, clock, log } = platform;
  const exchanges = createExchanges({
    requestIds: createRequestIds(platform.random),
    readClientAddress: createClientAddressReader(settings.trustedProxies, (peer) =>
      log.warn({ peer }, untrustedProxyWarning),
    ),
  });
  const authenticator = createAuthenticator(platform);
  const guard = createGuard(platform, exchanges, authenticator);
  const cookie = createRefreshCookie(settings);
  const kit = createRouteKit(platform, guard, exchanges, otherSitePage(settings));
  const metrics = createRequestMetrics();
  const sources = {
    platform,
    requests: metrics,
    tokenCacheLoad: authenticator.tokenCacheLoad,
    readBacklogs: createBacklogReader(platform, outboxTopics),
    startedAt: addSeconds(clock.now(), -processUptimeSeconds()),
  };
  const collectMetrics = () => collect(sources);
  const features = createRoutes({ kit, cookie, platform, health, providers, collectMetrics });
  const featureRoutes = features.flatMap(({ routes }) => routes);
  assertEveryRouteStatesItsAccess(featureRoutes);
  assertNoPageIsInTheApi(featureRoutes);
  assertEveryBodyHasAKind(featureRoutes);
  const docs = docsPages({
    document: () => describeRoutes(platform, health),
    eventsDocument: () => Promise.resolve(asyncApiDocument(settings.serviceName)),
    serviceName: settings.brandName,
    links: landingLinks(settings),
    enabled: settings.docsEnabled,
  });
  const hotRoutes = createHotRoutes({ ...authenticator, cookie, settings });
  const table = createRouteTable(hotRoutes, [...featureRoutes, ...docs.routes]);
  const cors = createCors(settings.allowedOrigins);
  const responder = createResponder({
    common: securityHeaders(settings.publicUrl),
    additions({ request, isPage }) {
      const ofOrigin = isPage ? null : cors.additions(request);
      // A load balancer opens the client's next connection to another replica.
      return health.phase === "draining" ? { ...ofOrigin, connection: "close" } : ofOrigin;
    },
  });
  const findErrorPage = createErrorPages(settings);
  const mapError = createErrorMapper({ clock, log, table, findErrorPage });
  const instances = [...features, closeNarrowerPaths([...featureRoutes, ...hotRoutes]), docs];

  const observe = createObserve({
    clock,
    log,
    logRequests: settings.logRequests,
    exchanges,
    metrics,
    isHot: ({ route }) => route !== null && table.hotPaths.has(route),
  });
  const { tracing } = platform;
  const edge = createEdge({
    exchanges,
    gate: createGate({
      health,
      hosts: createHostCheck(),
      cors,
      noticeOrigin: createOriginNotice(settings, log),
      responder,
    }),
    table,
    plainPaths: createPlainPaths(table.maximumSegments),
    router: createRouter(instances, { exchanges, responder, mapError }),
    hot: { guard, bodyLimitBytes: settings.bodyLimitBytes },
    mapError,
    responder,
    observe: tracing === null ? observe : traceObserved(observe, exchanges, tracing),
    connectionTimes: createConnectionTimes(),
    log,
  });
  return { ...(tracing === null ? edge : traceEdge(edge, tracing)), metrics };
}

function landingLinks(settings: Settings): LandingLink[] {
  const signIn = { path: "/sign-in", name: "Sign in", what: "Open your account, or register" };
  const mails = {
    path: mailboxPath,
    name: "Mails",
    what: "Read what this development installation sent",
  };
  return hasMailbox(settings) ? [signIn, mails] : [signIn];
}
