import { Elysia } from "elysia";

import type { UserActor } from "../../kernel/context.ts";
import type { Context, Platform } from "../platform.ts";
import { readBearerToken } from "./bearer.ts";
import type { Exchanges } from "./exchange.ts";
import { assertPermitted, type Guard } from "./guard.ts";
import { type BodyKind, readBody } from "./read-body.ts";

/** What every feature's routes are built on. */
export type RouteKit = ReturnType<typeof createRouteKit>;

/**
 * Macros that each route chooses from: `anyone`, `signedIn` or `permission` says who may call it and gives the handler its
 * `ctx`, the last of them also in the OpenAPI document; `accepts` says which kind of body it takes. The app refuses to start with a route that does not say who may call it.
 */
export function createRouteKit(
  platform: Pick<Platform, "settings">,
  guard: Guard,
  exchanges: Pick<Exchanges, "of">,
) {
  /** The context that `transform`, which runs before validation, has admitted. */
  function contextOf(request: Request): Context<UserActor> {
    const ctx = exchanges.of(request).admitted;
    if (!ctx) throw new Error("a guarded route was reached without its guard");
    return ctx;
  }

  // The hooks name what they take: given the whole context, Elysia reads body, cookies and query on every request.
  return new Elysia({ name: "route-kit" }).macro({
    anyone: {
      resolve: ({ request }) => ({ ctx: guard.admitAnyone(exchanges.of(request)) }),
    },
    signedIn: {
      transform: async ({ request }) => {
        await guard.admitUser(exchanges.of(request));
      },
      resolve: ({ request }) => ({ ctx: contextOf(request) }),
    },
    permission: (needed: string) => ({
      detail: extension({ "x-permission": needed }),
      transform: async ({ request }) => {
        const { actor } = await guard.admitUser(exchanges.of(request));
        assertPermitted(actor, needed);
      },
      resolve: ({ request }) => ({ ctx: contextOf(request) }),
    }),
    accepts: (kind: BodyKind) => {
      let isGuarded = false;
      return {
        introspect(route: object) {
          isGuarded = guardMarks.some((mark) => mark in route);
        },
        parse: async ({ request }) => {
          // Nothing is read for whoever shows no token, whatever it may be.
          if (isGuarded) readBearerToken(request.headers.get("authorization"));
          return readBody(request, kind, platform.settings.bodyLimitBytes);
        },
      };
    },
  });
}

/** What a route has whose callers sign in: a guard's hook, or its macro where that comes after `accepts`. */
const guardMarks = ["transform", "signedIn", "permission"];

/** What the types of an operation's description do not know: OpenAPI lets anybody add `x-…` (3.0.3, Specification Extensions). */
function extension(members: Readonly<Record<`x-${string}`, string>>): object {
  return members;
}
