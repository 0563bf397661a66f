import type { Actor, AnonymousActor, RequestOrigin, UserActor } from "../kernel/context.ts";
import type { Db } from "./db/port.ts";
import { requestBudget, type WaitBudget } from "./db/statement-gate.ts";
import type { Context, Platform } from "./platform.ts";

/** Creates the contexts of one platform's requests. A context is cheap: most requests are handled from memory alone. */
export interface RequestContexts {
  /**
   * The context of a new request. Its origin is computed when it is first read. All of its statements share one deadline.
   */
  open(readOrigin: () => RequestOrigin): Context<AnonymousActor>;
  /** The same request's context after authentication. The earlier context must not be used afterwards. */
  actingAs(ctx: Context, actor: UserActor): Context<UserActor>;
}

/** The properties of one context. All others are inherited from the platform, its prototype. */
interface RequestState {
  actor: Actor;
  readOrigin: () => RequestOrigin;
  knownOrigin: RequestOrigin | null;
  budget: WaitBudget | null;
  view: Db | null;
}

/** The state as its property getters see it. */
interface LiveState extends RequestState {
  readonly waitBudget: WaitBudget;
}

const anonymous = { kind: "anonymous" } as const;

/** Creates the factory of request contexts for this platform. */
export function createRequestContexts(platform: Platform): RequestContexts {
  const common = inheritFrom(platform, {
    origin: {
      get(this: RequestState) {
        return (this.knownOrigin ??= this.readOrigin());
      },
    },
    waitBudget: {
      get(this: RequestState) {
        return (this.budget ??= requestBudget(platform.settings.databaseTimeoutSeconds));
      },
    },
    db: {
      get(this: LiveState) {
        return (this.view ??= platform.dbForRequest(this.waitBudget));
      },
    },
  });

  function contextOf<A extends Actor>(actor: A, before: Omit<RequestState, "actor">): Context<A> {
    const state = asState(inheritFrom(common));
    state.actor = actor;
    state.readOrigin = before.readOrigin;
    state.knownOrigin = before.knownOrigin;
    state.budget = before.budget;
    state.view = before.view;
    return asContext(state);
  }

  return {
    open: (readOrigin) =>
      contextOf(anonymous, { readOrigin, knownOrigin: null, budget: null, view: null }),
    actingAs: (ctx, actor) => contextOf(actor, asState(ctx)),
  };
}

/** An object with these properties, and the other object as its prototype. */
function inheritFrom(prototype: object, properties?: PropertyDescriptorMap): object {
  return asObject(properties ? Object.create(prototype, properties) : Object.create(prototype));
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
