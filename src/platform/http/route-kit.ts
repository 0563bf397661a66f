import { Elysia } from "elysia";

import type { UserActor } from "../../kernel/context.ts";
import type { ErrorCode } from "../../kernel/errors.ts";
import type { Context, Platform } from "../platform.ts";
import { readBearerToken } from "./bearer.ts";
import type { Exchanges } from "./exchange.ts";
import { assertPermitted, type Guard } from "./guard.ts";
import { assertNoRepeatedParameter } from "./query-parameters.ts";
import { createPageAccess, type OtherSitePage } from "./page-access.ts";
import { type BodyKind, readBody } from "./read-body.ts";
import type { RefreshCookie } from "./refresh-cookie.ts";
import { type Access, findAccess, markGuard, markReader } from "./route-marks.ts";

/** What every feature's routes are built on. */
export type RouteKit = ReturnType<typeof createRouteKit>;

/** What the functions that create routes receive; each uses the members that it needs. */
export interface RouteParts {
  readonly kit: RouteKit;
  readonly cookie: RefreshCookie;
  readonly platform: Platform;
}

/**
 * Macros that each route chooses from. `anyone`, `signedIn` or `permission` states who may call it and gives the handler its
 * `ctx`, as `page` and `accountPage` do for pages; `accepts` states the kind of body; `failsWith` lists the error codes that are
 * specific to it, for the document. The guard of an access macro and the body reader carry a mark (`route-marks.ts`) from which
 * the rest is made.
 */
export function createRouteKit(
  { settings }: Pick<Platform, "settings">,
  guard: Guard,
  exchanges: Pick<Exchanges, "of">,
  otherSitePage: OtherSitePage,
) {
  /** The context of the user whom `transform` has admitted. */
  function contextOf(request: Request): Context<UserActor> {
    const ctx = exchanges.of(request).admitted;
    if (!ctx) throw new Error("a guarded route was reached without its guard");
    return ctx;
  }

  /** What every route for users has, after its guard. */
  function ofUser(isStated: boolean) {
    assertStated(isStated);
    const query = createQueryCheck();
    return {
      introspect: query.introspect,
      resolve({ request }: HookContext) {
        query.check(request);
        return { ctx: contextOf(request) };
      },
    };
  }

  const pages = createPageAccess({ settings, guard, exchanges, otherSitePage });

  // The hooks destructure their parameter: for a hook that takes the whole context, Elysia parses body, cookies and query too.
  return new Elysia({ name: "route-kit" }).macro({
    anyone: (isStated: boolean) => {
      assertStated(isStated);
      const query = createQueryCheck();
      return {
        introspect: query.introspect,
        resolve: markGuard(anyone, ({ request }: HookContext) => {
          query.check(request);
          return { ctx: guard.admitAnyone(exchanges.of(request)) };
        }),
      };
    },
    signedIn: (isStated: boolean) => ({
      ...ofUser(isStated),
      // Before validation: a request with an invalid token learns nothing about its body.
      transform: markGuard(signedIn, async ({ request }: HookContext) => {
        await guard.admitUser(exchanges.of(request));
      }),
    }),
    permission: (permission: string) => ({
      ...ofUser(true),
      transform: markGuard({ kind: "permission", permission }, async ({ request }: HookContext) => {
        const { actor } = await guard.admitUser(exchanges.of(request));
        assertPermitted(actor, permission);
      }),
    }),
    // The value `visitor` is for forms that sign in: their audit rows and limits are not those of an earlier user of the browser.
    page: (as: true | "visitor") => ({
      transform: markGuard(page, pages.openPage(as === true ? "user" : as)),
      resolve: ({ request }: HookContext) => ({ ctx: pages.contextOf(request) }),
      beforeHandle: pages.refuse,
    }),
    // Sends visitors without a browser session to the sign-in, which leads back to the page, or to the one at the path that is
    // the value: for forms whose own path is no page.
    accountPage: (shownAt: true | string) => ({
      transform: markGuard(accountPage, pages.openAccountPage(shownAt)),
      resolve: ({ request }: HookContext) => ({ ctx: pages.signedInContextOf(request) }),
      beforeHandle: pages.refuse,
    }),
    accepts: (kind: BodyKind) => {
      let access: Access | null = null;
      return {
        introspect(route: object) {
          access = findAccess(route);
          if (!access) throw new Error("a route states its access before `accepts`");
        },
        parse: markReader(kind, async ({ request }: HookContext) => {
          // The body of a request without a token is not read.
          if (access?.kind === "signedIn" || access?.kind === "permission")
            readBearerToken(request.headers.get("authorization"));
          return readBody(request, {
            kind,
            decoding: "exact",
            limitBytes: settings.bodyLimitBytes,
          });
        }),
      };
    },
    failsWith: (codes: readonly ErrorCode[]) => ({ detail: extension({ "x-fails-with": codes }) }),
  });
}

/** The part of Elysia's context that the hooks read. */
interface HookContext {
  readonly request: Request;
}

/** A route states its access with `true`; `signedIn: false` would say nothing about who may call it. */
function assertStated(isStated: boolean): void {
  if (!isStated) throw new Error("a route states its access with true, not with false");
}

/** Rejects repeated parameters in requests to a route that reads its query. Another route ignores all of it. */
function createQueryCheck() {
  let isRead = false;
  return {
    introspect(route: object) {
      isRead = "query" in route && route.query !== undefined;
    },
    check(request: Request) {
      if (isRead) assertNoRepeatedParameter(request);
    },
  };
}

const anyone = { kind: "anyone" } as const;
const signedIn = { kind: "signedIn" } as const;
const page = { kind: "page" } as const;
const accountPage = { kind: "accountPage" } as const;

/** Members that Elysia's type of a `detail` lacks: OpenAPI allows any `x-…` (3.0.3, Specification Extensions). */
function extension(members: Readonly<Record<`x-${string}`, unknown>>): object {
  return members;
}
