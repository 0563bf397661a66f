import type { Actor, AnonymousActor, RequestOrigin, UserActor } from "../kernel/context.ts";
import type { Db } from "./db/port.ts";
import { requestBudget, type WaitBudget } from "./db/statement-gate.ts";
import type { Context, Platform } from "./platform.ts";

/** Makes the contexts of one platform's requests. Each takes little: most requests touch nothing but the memory. */
export interface RequestContexts {
  /**
   * The context of a new request. Where it came from is put together when that is first asked for. All of its statements
   * share one deadline.
   */
  open(readOrigin: () => RequestOrigin): Context<AnonymousActor>;
  /** The same request's context once it is known who asks. The one of before must not be used any more. */
  actingAs(ctx: Context, actor: UserActor): Context<UserActor>;
}

/** What a context has of its own; all else is the platform's, which stands behind it. */
interface RequestState {
  actor: Actor;
  readOrigin: () => RequestOrigin;
  knownOrigin: RequestOrigin | null;
  budget: WaitBudget | null;
  view: Db | null;
}

/** A state as its properties see it. */
interface LiveState extends RequestState {
  readonly waitBudget: WaitBudget;
}

const anonymous = { kind: "anonymous" } as const;

/** The contexts of this platform's requests. */
export function createRequestContexts(platform: Platform): RequestContexts {
  const common = inFrontOf(platform, {
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
    const state = asState(inFrontOf(common));
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

/** An object that has what is given, and else shows what stands behind it. */
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
