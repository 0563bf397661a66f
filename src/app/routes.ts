import { type AnyElysia, Elysia } from "elysia";

import { accessRoutes, userinfoRoutes } from "../features/access/index.ts";
import { auditRoutes } from "../features/audit/index.ts";
import { clientsRoutes } from "../features/clients/index.ts";
import { ownGrantsRoutes } from "../features/consents/index.ts";
import { emailChangeRoutes } from "../features/email-change/index.ts";
import { emailVerificationRoutes } from "../features/email-verification/index.ts";
import { type HealthState, healthRoutes } from "../features/health/index.ts";
import { identitiesRoutes } from "../features/identities/index.ts";
import { keysRoutes } from "../features/keys/index.ts";
import {
  clientRegistrationRoutes,
  deviceAuthorizationRoutes,
  introspectionRoute,
  oauth2Routes,
  pushedRequestRoutes,
  serverMetadataRoutes,
} from "../features/oauth2/index.ts";
import { magicLinksRoutes } from "../features/magic-links/index.ts";
import { ownAccountRoutes } from "../features/own-account/index.ts";
import { hasMailbox, mailboxPath, mailboxRoutes, pagesRoutes } from "../features/pages/index.ts";
import { passkeySignInRoutes } from "../features/passkey-sign-in/index.ts";
import {
  ownPasskeysRoutes,
  passkeyRegistrationRoutes,
  relatedOriginsRoutes,
} from "../features/passkeys/index.ts";
import { passwordRecoveryRoutes, passwordsRoutes } from "../features/passwords/index.ts";
import { postsRoutes } from "../features/posts/index.ts";
import { permissionsRoutes, rolesRoutes, userRolesRoutes } from "../features/roles/index.ts";
import { secondFactorRoutes, trustedDevicesRoutes } from "../features/second-factor/index.ts";
import { ownSessionsRoutes, sessionsRoutes } from "../features/sessions/index.ts";
import { signInMethodsRoutes } from "../features/sign-in-methods/index.ts";
import {
  identityLinkRoutes,
  type Provider,
  socialLoginRoutes,
  socialTokenRoutes,
} from "../features/social-login/index.ts";
import { userSessionsRoutes, usersRoutes } from "../features/user-administration/index.ts";
import { webhooksRoutes } from "../features/webhooks/index.ts";
import { version } from "../kernel/version.ts";
import type { Settings } from "../platform/config/settings.ts";
import { browserSessionCookieName } from "../platform/http/browser-session-cookie.ts";
import type { Authenticator } from "../platform/http/guard.ts";
import type { EdenTree } from "../platform/http/eden-operation.ts";
import { createRefreshCookie, type RefreshCookie } from "../platform/http/refresh-cookie.ts";
import { createRouteKit, type RouteParts } from "../platform/http/route-kit.ts";
import type { Platform } from "../platform/platform.ts";
import { documentedRoutes } from "./openapi/documented-routes.ts";
import { type Collect, metricsRoutes, servesMetrics } from "./metrics/routes.ts";
import { openApiDocument } from "./openapi/document.ts";
import { contactOf } from "./openapi/info.ts";
import { apiTags } from "./openapi/tags.ts";

/** The type of the HTTP API, for `treaty<Api>` of `@elysiajs/eden`. */
export type Api =
  ReturnType<typeof joinRoutes> extends Elysia<
    infer Prefix,
    infer Singleton,
    infer Definitions,
    infer Metadata,
    infer Routes,
    infer Ephemeral,
    infer Volatile
  >
    ? Elysia<Prefix, Singleton, Definitions, Metadata, Routes & HotOperations, Ephemeral, Volatile>
    : never;

type HotOperations = EdenTree<ReturnType<typeof createHotRoutes>[number]>;

/** What the functions that create routes receive, of all features. */
type AllParts = RouteParts & {
  readonly health: HealthState;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly collectMetrics: Collect;
};

/** The routes of all features but the hot ones, each with an instance of its own: each level above would copy every route again. */
export function createRoutes(parts: AllParts) {
  return [
    ...signInRoutes(parts),
    ...ownRoutes(parts),
    ...administrationRoutes(parts),
    ...serviceRoutes(parts),
  ] as const;
}

/** The same as members of one instance: its type is that of the API. The document lists its routes. */
function joinRoutes(parts: AllParts) {
  return new Elysia({ normalize: false }).use([...createRoutes(parts)]);
}

/** Sign-up, every way to sign in, and the proof of who the user is. */
function signInRoutes(parts: AllParts) {
  return [
    passwordsRoutes(parts),
    passwordRecoveryRoutes(parts),
    magicLinksRoutes(parts),
    emailVerificationRoutes(parts),
    socialTokenRoutes(parts),
    socialLoginRoutes(parts),
    passkeySignInRoutes(parts),
    passkeyRegistrationRoutes(parts),
    secondFactorRoutes(parts),
    sessionsRoutes(parts),
  ] as const;
}

/** What users do with their own account. */
function ownRoutes(parts: AllParts) {
  return [
    ownSessionsRoutes(parts),
    ownAccountRoutes(parts),
    ownGrantsRoutes(parts),
    identitiesRoutes(parts),
    identityLinkRoutes(parts),
    ownPasskeysRoutes(parts),
    signInMethodsRoutes(parts),
    trustedDevicesRoutes(parts),
    emailChangeRoutes(parts),
  ] as const;
}

/** What administrators do. */
function administrationRoutes(parts: AllParts) {
  return [
    rolesRoutes(parts),
    permissionsRoutes(parts),
    userRolesRoutes(parts),
    usersRoutes(parts),
    userSessionsRoutes(parts),
    clientsRoutes(parts),
    auditRoutes(parts),
    webhooksRoutes(parts),
  ] as const;
}

/** The standards, the pages, and the rest. */
function serviceRoutes(parts: AllParts) {
  const { settings } = parts.platform;
  const posts = postsRoutes(parts);
  const mailbox = mailboxRoutes(parts);
  const metrics = metricsRoutes(parts);
  return [
    healthRoutes(parts),
    servesMetrics(settings) ? metrics : asRoutesOf(metrics, new Elysia()),
    oauth2Routes(parts),
    pushedRequestRoutes(parts),
    deviceAuthorizationRoutes(parts),
    clientRegistrationRoutes(parts),
    serverMetadataRoutes(parts),
    keysRoutes(parts),
    relatedOriginsRoutes(parts),
    ...pagesRoutes(parts),
    hasMailbox(settings) ? mailbox : asRoutesOf(mailbox, new Elysia()),
    settings.postsEnabled ? posts : asRoutesOf(posts, new Elysia()),
  ] as const;
}

/** Other routes under the type of `_routes`: the type of the API does not depend on a setting. */
function asRoutesOf<Routes extends AnyElysia>(_routes: Routes, others: AnyElysia): Routes {
  return others as Routes;
}

/** The hot routes of all features. */
export function createHotRoutes(
  parts: Authenticator & { readonly cookie: RefreshCookie; readonly settings: Settings },
) {
  return [...accessRoutes(parts), ...userinfoRoutes(parts), introspectionRoute(parts)] as const;
}

/** The OpenAPI document of all routes. */
export function describeRoutes(platform: Platform, health: HealthState) {
  const { settings } = platform;
  const guard = {
    admitAnyone: neverCalled,
    admitUser: neverCalled,
    admitPage: neverCalled,
    admitVisitor: neverCalled,
  };
  const kit = createRouteKit(platform, guard, { of: neverCalled }, neverCalled);
  const cookie = createRefreshCookie(settings);
  const routes = joinRoutes({
    kit,
    cookie,
    platform,
    health,
    providers: new Map(),
    collectMetrics: neverCalled,
  });
  const hotRoutes = createHotRoutes({
    authenticate: neverCalled,
    authenticateGranted: neverCalled,
    authenticateBrowser: neverCalled,
    cookie,
    settings,
  });
  return openApiDocument([...documentedRoutes(routes), ...hotRoutes], {
    publicUrl: settings.publicUrl,
    serviceName: settings.serviceName,
    version,
    ...contactOf(settings),
    mailboxPath: hasMailbox(settings) ? mailboxPath : null,
    tags: apiTags,
    passwordGrantEnabled: settings.passwordGrantEnabled,
    sessionCookieName: browserSessionCookieName(settings),
  });
}

/** Routes that are only described are never called. */
function neverCalled(): never {
  throw new Error("these routes are not served");
}
