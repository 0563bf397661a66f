import type { HealthState } from "../../features/health/index.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { UserActor } from "../../kernel/context.ts";
import { findBearerToken } from "../../platform/http/bearer.ts";
import { keepReadAhead, readAhead } from "../../platform/http/read-ahead.ts";
import type { Shortcut } from "../../platform/http/shortcut.ts";
import type { AnswerWriter } from "./respond.ts";
import type { Handler } from "./callers.ts";
import type { HostCheck } from "./host-check.ts";

// Of a token every byte is a character; anything else is for the route to decode.
const latin1 = new TextDecoder("latin1");

/** What shortcuts need. `recall` tells whom a token stands for, if that is remembered and holds at this moment. */
export interface ShortcutsOptions {
  readonly clock: Clock;
  readonly health: Pick<HealthState, "phase">;
  readonly recall: (token: string, now: Date) => UserActor | null;
  readonly hosts: Pick<HostCheck, "isUsual">;
  readonly writer: Pick<AnswerWriter, "writeJson" | "writeLasting">;
  /** The long way, from the door on. */
  readonly otherwise: Handler;
  readonly bodyLimitBytes: number;
}

/**
 * Makes the short ways to answers that are ready, by their paths as a server's routes take them: door, router, hooks and
 * contexts take several times as long as judging a known token, and the request's URL alone takes longer than that. What such a
 * request may ask besides changes no answer, and whatever is not exactly such a request goes the long way.
 */
export function createShortcuts(
  shortcuts: readonly Shortcut[],
  options: ShortcutsOptions,
): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    shortcuts.map((shortcut) => [
      shortcut.path,
      shortcut.tokenIn
        ? createPosted(shortcut, shortcut.tokenIn, options)
        : createAsked(shortcut, options),
    ]),
  );
}

/** Whether the door would let it through. Nobody's body is waited for before that is known. */
function mayPass(request: Request, { health, hosts }: ShortcutsOptions): boolean {
  return health.phase !== "starting" && hosts.isUsual(request);
}

/** For a GET with a bearer. */
function createAsked(shortcut: Shortcut, options: ShortcutsOptions): Handler {
  const { clock, recall, otherwise } = options;
  const answer = createAnswer(shortcut, options.writer);
  return (request, server) => {
    if (request.method !== "GET" || !mayPass(request, options)) return otherwise(request, server);
    const token = findBearerToken(request.headers.get("authorization"));
    const now = clock.now();
    const actor = token === null ? null : recall(token, now);
    if (actor === null) return otherwise(request, server);
    // The route's path is this one: what else the URL may hold is a query.
    if (shortcut.isWithoutQuery && request.url.includes("?")) return otherwise(request, server);
    return answer(request, actor, now);
  };
}

/** For a POST with a body of the token alone. */
function createPosted(
  shortcut: Shortcut,
  tokenIn: (body: string) => string | null,
  options: ShortcutsOptions,
): Handler {
  const { clock, recall, otherwise, bodyLimitBytes } = options;
  const answer = createAnswer(shortcut, options.writer);
  return (request, server) => {
    const isRead = request.method === "POST" && mayPass(request, options);
    const reading = isRead ? readAhead(request, bodyLimitBytes) : null;
    if (reading === null) return otherwise(request, server);
    return reading.then(
      (body) => {
        const token = tokenIn(latin1.decode(body));
        const now = clock.now();
        const actor = token === null ? null : recall(token, now);
        if (actor !== null) return answer(request, actor, now);
        keepReadAhead(request, body);
        return otherwise(request, server);
      },
      // Its route says what is wrong with it.
      () => otherwise(request, server),
    );
  };
}

function createAnswer(
  { text, headers }: Shortcut,
  writer: ShortcutsOptions["writer"],
): (request: Request, actor: UserActor, now: Date) => Response {
  return text
    ? (request, actor, now) => writer.writeJson(request, text(actor, now))
    : (request, actor) => writer.writeLasting(request, headers(actor));
}
