import { Elysia } from "elysia";

import type { AnonymousActor, RequestOrigin, UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context, Platform } from "../platform.ts";
import { createRequestContexts } from "../request-contexts.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import { readBearerToken } from "./bearer.ts";
import { createClientAddressReader } from "./client-address.ts";
import { type BodyKind, readBody } from "./read-body.ts";
import type { RequestIds } from "./request-id.ts";

/** Tells who a bearer token stands for. Throws `INVALID_TOKEN` or `EXPIRED_TOKEN`. */
export type Authenticate = (ctx: Context, token: string) => UserActor | Promise<UserActor>;

/** What every feature's routes are built on. */
export type RouteKit = ReturnType<typeof createRouteKit>;

/** What the routes learn of a request from whoever received it. */
export interface Reception {
  readonly requestIds: RequestIds;
  /** The address of the connection's other end, also when it has hung up since. */
  addressOf(request: Request): string;
}

const signedInContext = Symbol("signed in");

/** What a request's hooks share: the framework hands the same one to each, and has no other place for what one finds. */
interface Outgoing {
  readonly headers: ResponseHeaders;
  [signedInContext]?: Context<UserActor>;
}

/**
 * Macros that each route chooses from: `anyone`, `signedIn` or `permission` says who may call it and gives the handler its
 * `ctx`, the last of them also in the OpenAPI document; `accepts` says which kind of body it takes. The app refuses to start with a route that does not say who may call it.
 */
export function createRouteKit(
  platform: Platform,
  authenticate: Authenticate,
  reception: Reception,
) {
  const readClientAddress = createClientAddressReader(platform.settings.trustedProxies);
  const contexts = createRequestContexts(platform);

  function openContext(request: Request, answer: ResponseHeaders): Context<AnonymousActor> {
    return contexts.open((): RequestOrigin => {
      const { headers } = request;
      return {
        requestId: reception.requestIds.of(request, answer),
        ipAddress: readClientAddress(reception.addressOf(request), headers),
        userAgent: headers.get("user-agent")?.slice(0, 512).toWellFormed() ?? null,
      };
    });
  }

  /** At once for a token that is known: nothing is waited for that need not be. */
  function signIn(request: Request, set: Outgoing): UserActor | Promise<UserActor> {
    const token = readBearerToken(request.headers.get("authorization"));
    const ctx = openContext(request, set.headers);
    const handOn = (actor: UserActor): UserActor => {
      set[signedInContext] = contexts.actingAs(ctx, actor);
      return actor;
    };
    const actor = authenticate(ctx, token);
    return actor instanceof Promise ? actor.then(handOn) : handOn(actor);
  }

  // The hooks name what they take: given the whole context, Elysia reads body, cookies and query on every request.
  return new Elysia({ name: "route-kit" }).macro({
    anyone: {
      resolve: ({ request, set }) => ({ ctx: openContext(request, set.headers) }),
    },
    signedIn: {
      // Before validation: whose token is not valid is told so first, whatever else her body says.
      transform: async ({ request, set }) => {
        const signingIn = signIn(request, set);
        if (signingIn instanceof Promise) await signingIn;
      },
      resolve: ({ set }) => ({ ctx: contextOf(set) }),
    },
    permission: (needed: string) => ({
      detail: extension({ "x-permission": needed }),
      transform: async ({ request, set }) => {
        const actor = await signIn(request, set);
        if (!actor.permissions.includes(needed)) {
          throw new AppError("FORBIDDEN", "You are not allowed to do this.");
        }
      },
      resolve: ({ set }) => ({ ctx: contextOf(set) }),
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

function contextOf(set: Outgoing): Context<UserActor> {
  const ctx = set[signedInContext];
  if (!ctx) throw new Error("a guarded route was reached without its guard");
  return ctx;
}

/** What the types of an operation's description do not know: OpenAPI lets anybody add `x-…` (3.0.3, Specification Extensions). */
function extension(members: Readonly<Record<`x-${string}`, string>>): object {
  return members;
}
