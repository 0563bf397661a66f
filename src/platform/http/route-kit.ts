import { Elysia } from "elysia";

import type { AnonymousActor, RequestOrigin, UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context, Platform } from "../platform.ts";
import { createRequestContexts } from "../request-contexts.ts";
import type { AnswerHeaders } from "./answer-headers.ts";
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
  /** The address of the connection's other end; null when it has hung up. */
  addressOf(request: Request): string | null;
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
  const signedIn = new WeakMap<Request, Context<UserActor>>();

  function openContext(request: Request, answer: AnswerHeaders): Context<AnonymousActor> {
    return contexts.open((): RequestOrigin => {
      const { headers } = request;
      return {
        requestId: reception.requestIds.of(request, answer),
        ipAddress: readClientAddress(reception.addressOf(request), headers),
        userAgent: headers.get("user-agent")?.toWellFormed().slice(0, 512) ?? null,
      };
    });
  }

  /** At once for a token that is known: nothing is waited for that need not be. */
  function signIn(request: Request, answer: AnswerHeaders): UserActor | Promise<UserActor> {
    const token = readBearerToken(request.headers.get("authorization"));
    const ctx = openContext(request, answer);
    const remember = (actor: UserActor): UserActor => {
      signedIn.set(request, contexts.actingAs(ctx, actor));
      return actor;
    };
    const actor = authenticate(ctx, token);
    return actor instanceof Promise ? actor.then(remember) : remember(actor);
  }

  function contextOf(request: Request): Context<UserActor> {
    const ctx = signedIn.get(request);
    if (!ctx) throw new Error("a guarded route was reached without its guard");
    return ctx;
  }

  // The hooks name what they take: given the whole context, Elysia reads body, cookies and query on every request.
  return new Elysia({ name: "route-kit" }).macro({
    anyone: {
      resolve: ({ request, set }) => {
        const ctx = openContext(request, set.headers);
        // Before the first `await` of a handler: who hangs up has no address any more.
        void ctx.origin;
        return { ctx };
      },
    },
    /** Who calls is not recorded, nor anything that comes of it: nobody needs to be told apart. */
    anyoneUnrecorded: {
      resolve: ({ request, set }) => ({ ctx: openContext(request, set.headers) }),
    },
    signedIn: {
      // Before validation: who is not signed in is told so first, whatever else is wrong.
      transform: async ({ request, set }) => {
        const signingIn = signIn(request, set.headers);
        if (signingIn instanceof Promise) await signingIn;
      },
      resolve: ({ request }) => ({ ctx: contextOf(request) }),
    },
    permission: (needed: string) => ({
      detail: extension({ "x-permission": needed }),
      transform: async ({ request, set }) => {
        const actor = await signIn(request, set.headers);
        if (!actor.permissions.includes(needed)) {
          throw new AppError("FORBIDDEN", "You are not allowed to do this.");
        }
      },
      resolve: ({ request }) => ({ ctx: contextOf(request) }),
    }),
    accepts: (kind: BodyKind) => ({
      parse: async ({ request }) => readBody(request, kind, platform.settings.bodyLimitBytes),
    }),
  });
}

/** What the types of an operation's description do not know: OpenAPI lets anybody add `x-…` (3.0.3, Specification Extensions). */
function extension(members: Readonly<Record<`x-${string}`, string>>): object {
  return members;
}
