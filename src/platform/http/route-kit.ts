import { Elysia } from "elysia";

import type { RequestOrigin, UserActor } from "../../kernel/context.ts";
import { createContext, type Context, type Platform } from "../platform.ts";
import { readBearerToken } from "./bearer.ts";
import { createClientAddressReader } from "./client-address.ts";
import { type BodyKind, readBody } from "./read-body.ts";

/** Tells who a bearer token stands for. Throws `INVALID_TOKEN` or `EXPIRED_TOKEN`. */
export type Authenticate = (ctx: Context, token: string) => Promise<UserActor>;

/** What every feature's routes are built on. */
export type RouteKit = ReturnType<typeof createRouteKit>;

interface IncomingContext {
  readonly request: Request;
  readonly server: { requestIP(request: Request): { address: string } | null } | null;
  readonly set: { headers: Record<string, string | number | undefined> };
}

/**
 * Macros that each route chooses from: `access` says who may call it and gives the handler its `ctx`; `accepts`
 * says which kind of body it takes. The app refuses to start with a route that says no `access`.
 */
export function createRouteKit(platform: Platform, authenticate: Authenticate) {
  const readClientAddress = createClientAddressReader(platform.settings.trustedProxies);
  const signedIn = new WeakMap<Request, Context<UserActor>>();

  function originOf({ request, server, set }: IncomingContext): RequestOrigin {
    return {
      requestId: String(set.headers["x-request-id"] ?? ""),
      ipAddress: readClientAddress(
        server?.requestIP(request)?.address ?? null,
        request.headers.get("x-forwarded-for"),
      ),
      userAgent: request.headers.get("user-agent")?.toWellFormed().slice(0, 512) ?? null,
    };
  }

  return new Elysia({ name: "route-kit" }).macro({
    anyone: {
      resolve: (context) => ({
        ctx: createContext(platform, { kind: "anonymous" as const }, originOf(context)),
      }),
    },
    signedIn: {
      // Before validation: who is not signed in is told so first, whatever else is wrong.
      transform: async (context) => {
        const token = readBearerToken(context.request.headers.get("authorization"));
        const origin = originOf(context);
        const anonymous = createContext(platform, { kind: "anonymous" as const }, origin);
        const actor = await authenticate(anonymous, token);
        signedIn.set(context.request, createContext(platform, actor, origin));
      },
      resolve: (context) => {
        const ctx = signedIn.get(context.request);
        if (!ctx) throw new Error("a guarded route was reached without its guard");
        return { ctx };
      },
    },
    accepts: (kind: BodyKind) => ({
      parse: async ({ request }) => readBody(request, kind, platform.settings.bodyLimitBytes),
    }),
  });
}
