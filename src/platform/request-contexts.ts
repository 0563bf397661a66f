import type {
  Actor,
  AnonymousActor,
  ClientDevice,
  RequestOrigin,
  UserActor,
} from "../kernel/context.ts";
import type { Db } from "./db/port.ts";
import { requestBudget, type WaitBudget } from "./db/statement-gate.ts";
import {
  type BrowserSessionCookie,
  createBrowserSessionCookie,
} from "./http/browser-session-cookie.ts";
import { createDeviceCookies, type DeviceCookies } from "./http/device-cookie.ts";
import type { Exchange, Exchanges } from "./http/exchange.ts";
import type { Context, Platform } from "./platform.ts";

/** Makes the contexts of one platform's requests. */
export interface RequestContexts {
  /** The context of an exchange. All of its statements share one deadline. */
  open(exchange: Exchange): Context<AnonymousActor>;
  /** The same for a page: a sign-in with it opens a browser session. */
  openPage(exchange: Exchange): Context<AnonymousActor>;
  /** The context of the same exchange once its user is known; the earlier one is not used any more. */
  actingAs(ctx: Context, actor: UserActor): Context<UserActor>;
  /** The context of a visitor in whose browser another sign-in is open: they act for themselves, and their sign-in replaces it. */
  visitorOf(ctx: Context<AnonymousActor | UserActor>): Context<AnonymousActor>;
}

/** What a context has of its own; all else is the platform's, which is its prototype. */
interface RequestState {
  actor: Actor;
  exchange: Exchange;
  opensBrowserSession: boolean;
  presentedSessionId: string | null;
  knownOrigin: RequestOrigin | null;
  budget: WaitBudget | null;
  view: Db | null;
}

/** A state as its properties see it. */
interface LazyState extends RequestState {
  readonly waitBudget: WaitBudget;
}

/** A device that was not used for this time is not known any more. */
const knownSeconds = 365 * 86_400;

const anonymous = { kind: "anonymous" } as const;

/** The contexts of this platform's requests. Origin, budget and database view are made when they are first used. */
export function createRequestContexts(
  platform: Platform,
  exchanges: Pick<Exchanges, "clientAddressOf">,
): RequestContexts {
  const cookies = {
    ...createDeviceCookies(platform.settings),
    session: createBrowserSessionCookie(platform.settings),
  };
  const common = inFrontOf(platform, {
    device: {
      get(this: RequestState) {
        return deviceOf(this.exchange, cookies);
      },
    },
    origin: {
      get(this: RequestState) {
        return (this.knownOrigin ??= originOf(this.exchange, exchanges));
      },
    },
    waitBudget: {
      get(this: RequestState) {
        return (this.budget ??= requestBudget(platform.settings.databaseTimeoutSeconds));
      },
    },
    // The runtime makes the signal at the first access, also of a connection that is already closed.
    signal: {
      get(this: RequestState) {
        return this.exchange.request.signal;
      },
    },
    db: {
      get(this: LazyState) {
        return (this.view ??= platform.dbForRequest(this.waitBudget));
      },
    },
  });

  function contextOf<A extends Actor>(actor: A, before: Omit<RequestState, "actor">): Context<A> {
    const state = asState(inFrontOf(common));
    state.actor = actor;
    state.exchange = before.exchange;
    state.opensBrowserSession = before.opensBrowserSession;
    state.presentedSessionId = before.presentedSessionId;
    state.knownOrigin = before.knownOrigin;
    state.budget = before.budget;
    state.view = before.view;
    return asContext(state);
  }

  function contextOfExchange(
    exchange: Exchange,
    opensBrowserSession: boolean,
  ): Context<AnonymousActor> {
    const unread = { presentedSessionId: null, knownOrigin: null, budget: null, view: null };
    return contextOf(anonymous, { exchange, opensBrowserSession, ...unread });
  }

  return {
    open: (exchange) => contextOfExchange(exchange, false),
    openPage: (exchange) => contextOfExchange(exchange, true),
    actingAs: (ctx, actor) => contextOf(actor, asState(ctx)),
    visitorOf(ctx) {
      const presentedSessionId = ctx.actor.kind === "user" ? ctx.actor.sessionId : null;
      return contextOf(anonymous, { ...asState(ctx), presentedSessionId });
    },
  };
}

interface ClientCookies extends DeviceCookies {
  readonly session: BrowserSessionCookie;
}

function deviceOf(exchange: Exchange, { known, trusted, session }: ClientCookies): ClientDevice {
  const { request } = exchange;
  return {
    get token() {
      return known.read(request);
    },
    isSameOrigin: request.headers.get("sec-fetch-site") === "same-origin",
    store: (token) => addCookies(exchange, [known.store(token, knownSeconds)]),
    get trustToken() {
      return trusted.read(request);
    },
    storeTrust: (token, maxAgeSeconds) =>
      addCookies(exchange, [trusted.store(token, maxAgeSeconds)]),
    get browserToken() {
      return session.read(request);
    },
    storeBrowserToken: (token, maxAgeSeconds) =>
      addCookies(exchange, [session.store(token, maxAgeSeconds), ...session.clearOthers(request)]),
    clearBrowserToken: () => addCookies(exchange, [session.clear()]),
  };
}

function addCookies(exchange: Exchange, cookies: readonly string[]): void {
  exchange.setCookies = [...(exchange.setCookies ?? []), ...cookies];
}

/** The maximum lengths of what is stored of a request in audit rows, sessions and devices. */
const storedLengths = { requestId: 64, userAgent: 256 };

function originOf(
  exchange: Exchange,
  exchanges: Pick<Exchanges, "clientAddressOf">,
): RequestOrigin {
  return {
    requestId: exchange.requestId.slice(0, storedLengths.requestId),
    ipAddress: exchanges.clientAddressOf(exchange),
    userAgent:
      exchange.request.headers
        .get("user-agent")
        ?.slice(0, storedLengths.userAgent)
        .toWellFormed() ?? null,
  };
}

/** An object with these properties, and `behind` as its prototype. */
function inFrontOf(behind: object, properties?: PropertyDescriptorMap): object {
  return asObject(properties ? Object.create(behind, properties) : Object.create(behind));
}

function asObject(value: unknown): object {
  return value as object;
}

function asState(context: object): RequestState {
  return context as RequestState;
}

function asContext<A extends Actor>(state: object): Context<A> {
  return state as Context<A>;
}
