import type { AnonymousActor, UserActor } from "../../kernel/context.ts";
import { AppError, findAppError } from "../../kernel/errors.ts";
import type { Context, Platform } from "../platform.ts";
import { createRequestContexts } from "../request-contexts.ts";
import { readBearerToken } from "./bearer.ts";
import type { Exchange, Exchanges } from "./exchange.ts";

/** Finds the user of an access token; without a promise if it is cached. Throws `INVALID_TOKEN`, `EXPIRED_TOKEN`. */
export type Authenticate = (ctx: Context, token: string) => UserActor | Promise<UserActor>;

/** Finds the users of tokens. */
export interface Authenticator {
  /** For everything under `/api`: refuses a token that a client was granted, unless it opens the user's account. */
  readonly authenticate: Authenticate;
  /** For the endpoints of OAuth 2.0: also such a token. What was granted is in the actor's `grant`. */
  readonly authenticateGranted: Authenticate;
  /** The same for the token of a browser session. Throws `AUTHENTICATION_REQUIRED` for one that is unknown, ended or expired. */
  readonly authenticateBrowser: Authenticate;
}

/** Creates the context of a request, and authenticates the user where the route requires one. */
export interface Guard {
  /** For a route that anyone may call. */
  admitAnyone(exchange: Exchange): Context<AnonymousActor>;
  /**
   * For a route of signed-in users: verifies the bearer token. Throws `AUTHENTICATION_REQUIRED`, `INVALID_TOKEN`,
   * `EXPIRED_TOKEN`.
   */
  admitUser(exchange: Exchange): Context<UserActor> | Promise<Context<UserActor>>;
  /** For a page: the user of the browser session cookie, if there is one. A sign-in with this context opens a browser session. */
  admitPage(exchange: Exchange): Promise<Context<AnonymousActor | UserActor>>;
  /** For a form that signs in: the visitor acts for themselves, also where another user is signed in in the browser. */
  admitVisitor(exchange: Exchange): Promise<Context<AnonymousActor>>;
}

/** The one guard, of hot routes and of the route kit. */
export function createGuard(
  platform: Platform,
  exchanges: Pick<Exchanges, "clientAddressOf">,
  { authenticate, authenticateBrowser }: Omit<Authenticator, "authenticateGranted">,
): Guard {
  const contexts = createRequestContexts(platform, exchanges);

  return {
    admitAnyone: (exchange) => contexts.open(exchange),
    admitUser(exchange) {
      const token = readBearerToken(exchange.request.headers.get("authorization"));
      const ctx = contexts.open(exchange);
      const actor = authenticate(ctx, token);
      return actor instanceof Promise
        ? actor.then((found) => enter(exchange, ctx, found))
        : enter(exchange, ctx, actor);
    },
    admitPage,
    async admitVisitor(exchange) {
      const ctx = await admitPage(exchange);
      exchange.admitted = null;
      exchange.userId = null;
      return contexts.visitorOf(ctx);
    },
  };

  async function admitPage(exchange: Exchange): Promise<Context<AnonymousActor | UserActor>> {
    exchange.isPage = true;
    const ctx = contexts.openPage(exchange);
    const token = ctx.device?.browserToken ?? null;
    if (token === null) return ctx;
    try {
      return enter(exchange, ctx, await authenticateBrowser(ctx, token));
    } catch (error) {
      if (findAppError(error)?.code === "AUTHENTICATION_REQUIRED") return ctx;
      throw error;
    }
  }

  function enter(exchange: Exchange, ctx: Context, actor: UserActor): Context<UserActor> {
    const admitted = contexts.actingAs(ctx, actor);
    exchange.admitted = admitted;
    exchange.userId = actor.userId;
    return admitted;
  }
}

/** Throws `FORBIDDEN` unless the user has the permission. */
export function assertPermitted(actor: UserActor, permission: string): void {
  if (!actor.permissions.includes(permission)) {
    throw new AppError("FORBIDDEN", `This requires the permission ${permission}.`);
  }
}
