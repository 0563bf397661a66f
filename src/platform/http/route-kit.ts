import { Elysia } from "elysia";

import type { AnonymousActor, RequestOrigin, UserActor } from "../../kernel/context.ts";
import { AppError, type ErrorCode } from "../../kernel/errors.ts";
import type { Context, Platform } from "../platform.ts";
import { createRequestContexts } from "../request-contexts.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import { readBearerToken } from "./bearer.ts";
import { createClientAddressReader } from "./client-address.ts";
import { type BodyKind, readBody } from "./read-body.ts";
import type { RefreshCookie } from "./refresh-cookie.ts";
import type { RequestIds } from "./request-id.ts";
import { type Access, findAccess, markGuard, markReader } from "./route-marks.ts";

/** Tells which user a bearer token stands for. Throws `INVALID_TOKEN` or `EXPIRED_TOKEN`. */
export type Authenticate = (ctx: Context, token: string) => UserActor | Promise<UserActor>;

/** What every feature's routes are built on. */
export type RouteKit = ReturnType<typeof createRouteKit>;

/** What route factories are made from; each takes the members that it needs. */
export interface RouteParts {
  readonly kit: RouteKit;
  readonly cookie: RefreshCookie;
  readonly authenticate: Authenticate;
  readonly platform: Platform;
}

/** What the edge knows of a request when it reaches a route. */
export interface Reception {
  readonly requestIds: RequestIds;
  /** The address of the connection's other end, also after the client has disconnected. */
  addressOf(request: Request): string;
}

const signedInContext = Symbol("signed in");

/** What a request's hooks share: the framework hands the same object to each of them. */
interface Outgoing {
  readonly headers: ResponseHeaders;
  [signedInContext]?: Context<UserActor>;
}

/**
 * Macros that each route chooses from. `anyone`, `signedIn` or `permission` states who may call it and gives the handler its
 * `ctx`; `accepts` states the kind of body; `failsWith` lists the error codes that are specific to it, for the document. The
 * guard of an access macro and the body reader carry a mark (`route-marks.ts`) from which the rest is made.
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

  /** Synchronous for a token in the cache: such a request awaits nothing. */
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
      resolve: markGuard(anyone, ({ request, set }: HookContext) => ({
        ctx: openContext(request, set.headers),
      })),
    },
    signedIn: {
      // Before validation: a request with an invalid token learns nothing about its body.
      transform: markGuard(signedIn, async ({ request, set }: HookContext) => {
        const signingIn = signIn(request, set);
        if (signingIn instanceof Promise) await signingIn;
      }),
      resolve: ({ set }) => ({ ctx: contextOf(set) }),
    },
    permission: (permission: string) => ({
      transform: markGuard(
        { kind: "permission", permission },
        async ({ request, set }: HookContext) => {
          const actor = await signIn(request, set);
          if (!actor.permissions.includes(permission)) {
            throw new AppError("FORBIDDEN", "You are not allowed to do this.");
          }
        },
      ),
      resolve: ({ set }) => ({ ctx: contextOf(set) }),
    }),
    accepts: (kind: BodyKind) => {
      let access: Access | null = null;
      return {
        introspect(route: object) {
          access = findAccess(route);
          if (!access) throw new Error("a route states its access before `accepts`");
        },
        parse: markReader(kind, async ({ request }: HookContext) => {
          // Without a token nothing of the body is read.
          if (access?.kind !== "anyone") readBearerToken(request.headers.get("authorization"));
          return readBody(request, kind, platform.settings.bodyLimitBytes);
        }),
      };
    },
    failsWith: (codes: readonly ErrorCode[]) => ({ detail: extension({ "x-fails-with": codes }) }),
  });
}

/** The part of Elysia's context that the hooks read. */
interface HookContext {
  readonly request: Request;
  readonly set: Outgoing;
}

const anyone = { kind: "anyone" } as const;
const signedIn = { kind: "signedIn" } as const;

function contextOf(set: Outgoing): Context<UserActor> {
  const ctx = set[signedInContext];
  if (!ctx) throw new Error("a guarded route was reached without its guard");
  return ctx;
}

/** Members that Elysia's type of a `detail` lacks: OpenAPI allows any `x-…` (3.0.3, Specification Extensions). */
function extension(members: Readonly<Record<`x-${string}`, unknown>>): object {
  return members;
}
