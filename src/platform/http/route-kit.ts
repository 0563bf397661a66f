import { Elysia } from "elysia";

import type { RequestOrigin, UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { type Context, createRequestContext, type Platform } from "../platform.ts";
import { readBearerToken } from "./bearer.ts";
import { createClientAddressReader } from "./client-address.ts";
import { type BodyKind, readBody } from "./read-body.ts";

/** Tells who a bearer token stands for. Throws `INVALID_TOKEN` or `EXPIRED_TOKEN`. */
export type Authenticate = (ctx: Context, token: string) => UserActor | Promise<UserActor>;

/** Tells what a holder of all these roles may do. */
export type PermissionsOf = (roles: readonly string[]) => readonly string[];

/** What every feature's routes are built on. */
export type RouteKit = ReturnType<typeof createRouteKit>;

type Headers = Record<string, string | number | undefined>;

interface Server {
  requestIP(request: Request): { address: string } | null;
}

/**
 * Macros that each route chooses from: `anyone` or `signedIn` says who may call it and gives the handler its `ctx`;
 * `accepts` says which kind of body it takes. The app refuses to start with a route that does not say who may call it.
 */
export function createRouteKit(
  platform: Platform,
  authenticate: Authenticate,
  permissionsOf: PermissionsOf,
) {
  const readClientAddress = createClientAddressReader(platform.settings.trustedProxies);
  const signedIn = new WeakMap<Request, Context<UserActor>>();

  // Before the first `await` of a handler: who hangs up has no address any more.
  function originOf(request: Request, server: Server | null, answer: Headers): RequestOrigin {
    const { headers } = request;
    return {
      requestId: String(answer["x-request-id"] ?? ""),
      ipAddress: readClientAddress(server?.requestIP(request)?.address ?? null, headers),
      userAgent: headers.get("user-agent")?.toWellFormed().slice(0, 512) ?? null,
    };
  }

  async function signIn(request: Request, origin: RequestOrigin): Promise<UserActor> {
    const token = readBearerToken(request.headers.get("authorization"));
    const { anonymous, actingAs } = createRequestContext(platform, origin);
    const actor = await authenticate(anonymous, token);
    signedIn.set(request, actingAs(actor));
    return actor;
  }

  function contextOf(request: Request): Context<UserActor> {
    const ctx = signedIn.get(request);
    if (!ctx) throw new Error("a guarded route was reached without its guard");
    return ctx;
  }

  // The hooks name what they take: given the whole context, Elysia reads body, cookies and query on every request.
  return new Elysia({ name: "route-kit" }).macro({
    anyone: {
      resolve: ({ request, server, set }) => ({
        ctx: createRequestContext(platform, originOf(request, server, set.headers)).anonymous,
      }),
    },
    signedIn: {
      // Before validation: who is not signed in is told so first, whatever else is wrong.
      transform: async ({ request, server, set }) => {
        await signIn(request, originOf(request, server, set.headers));
      },
      resolve: ({ request }) => ({ ctx: contextOf(request) }),
    },
    permission: (needed: string) => ({
      transform: async ({ request, server, set }) => {
        const actor = await signIn(request, originOf(request, server, set.headers));
        if (!permissionsOf(actor.roles).includes(needed)) {
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
