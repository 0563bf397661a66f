import type { Clock } from "../kernel/clock.ts";
import type { UserActor } from "../kernel/context.ts";
import { findBearerToken } from "../platform/http/bearer.ts";
import { readAhead } from "../platform/http/read-ahead.ts";
import type { Shortcut } from "../platform/http/shortcut.ts";
import type { Answered } from "./answer-writer.ts";

// Of a token every byte is a character; anything else is for the route to decode.
const latin1 = new TextDecoder("latin1");

type Route = (request: Request) => Response | Promise<Response>;

/** What shortcuts need. `recall` tells whom a token stands for, if that is remembered and holds at this moment. */
export interface ShortcutsOptions {
  readonly clock: Clock;
  readonly recall: (token: string) => UserActor | null;
  readonly write: (answered: Answered) => Response;
  /** The long way. */
  readonly route: Route;
  readonly bodyLimitBytes: number;
}

/**
 * Takes the short way to an answer that is ready: router, hooks and contexts of a framework take several times as long as
 * judging a known token. Whatever is not exactly that goes the long way, to the same answer.
 */
export function createShortcuts(
  shortcuts: readonly Shortcut[],
  { clock, recall, write, route, bodyLimitBytes }: ShortcutsOptions,
): Route {
  const byPath = new Map(shortcuts.map((shortcut) => [shortcut.path, shortcut]));

  function answer(request: Request, shortcut: Shortcut, actor: UserActor): Response {
    const set = { headers: {} };
    return shortcut.headers
      ? write({ request, lasting: shortcut.headers(actor), set })
      : write({ request, responseValue: shortcut.body(actor, clock.now()), set });
  }

  function answerPosted(request: Request, shortcut: Shortcut, body: Uint8Array) {
    const token = shortcut.tokenIn?.(latin1.decode(body)) ?? null;
    const actor = token === null ? null : recall(token);
    return actor === null ? route(request) : answer(request, shortcut, actor);
  }

  return (request) => {
    const { url } = request;
    const shortcut = byPath.get(url.slice(url.indexOf("/", "http://".length)));
    if (!shortcut) return route(request);
    if (shortcut.tokenIn) {
      const reading = request.method === "POST" ? readAhead(request, bodyLimitBytes) : null;
      if (reading === null) return route(request);
      return reading.then(
        (body) => answerPosted(request, shortcut, body),
        // Its route says what is wrong with it.
        () => route(request),
      );
    }
    const token =
      request.method === "GET" ? findBearerToken(request.headers.get("authorization")) : null;
    const actor = token === null ? null : recall(token);
    return actor === null ? route(request) : answer(request, shortcut, actor);
  };
}
