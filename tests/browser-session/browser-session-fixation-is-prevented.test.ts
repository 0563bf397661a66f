import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";

import { endBrowserSession } from "../../src/features/sessions/index.ts";
import { createBrowserToken } from "../../src/features/sessions/browser-session.ts";
import type { Context } from "../../src/platform/platform.ts";

import {
  browserHeaders,
  browserTokenOf,
  sessionCookieOf,
  signInOnPage,
  signUpInBrowser,
  statusInBrowser,
} from "../support/browser-session.ts";
import { rotationPages } from "../support/browser-pages.ts";
import { logIn, registerVerified } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { servePages } from "../support/serve-pages.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const chosen = "A".repeat(43);

const endOf = async (sessionId: string) =>
  (await app.rows(`select end_reason from sessions where id = '${sessionId}'`))[0]?.["end_reason"];

/** What a sign-in on a page does with the session that the browser had. */
const endReplacedSession = async (ctx: Context) =>
  createBrowserToken(ctx)?.deliver({ id: Bun.randomUUIDv7(), userId: Bun.randomUUIDv7() });

// Attack: session fixation. security 51
describe("a sign-in on a page", () => {
  test("never takes the token that the client chose, in a cookie, a query or a form", async () => {
    const user = await registerVerified(app);
    const headers = { ...browserHeaders(chosen), "x-session-id": chosen };
    const token = browserTokenOf(await signInOnPage(app, user, headers));
    expect(token).not.toBe(chosen);
    expect(await statusInBrowser(app, chosen)).toBe(401);
    expect(await statusInBrowser(app, token)).toBe(200);
  });

  test("gives a new token and ends the session that the browser had, of whichever user", async () => {
    const first = await signUpInBrowser(app);
    const second = await registerVerified(app);
    const headers = browserHeaders(first.token);
    const token = browserTokenOf(await signInOnPage(app, second, headers));
    expect(token).not.toBe(first.token);
    expect(await statusInBrowser(app, first.token)).toBe(401);
    expect(await endOf(first.sessionId)).toBe("replaced");
    expect(await statusInBrowser(app, token)).toBe(200);
    const [login] = await app.rows(
      `select actor_kind, actor_id from audit_log where action = 'user.login' and user_id = '${second.userId}'`,
    );
    expect(login).toEqual({ actor_kind: "anonymous", actor_id: null });
    const recorded = await app.rows(
      `select action, user_id, detail from audit_log where session_id = '${first.sessionId}' order by at, id`,
    );
    expect(recorded).toEqual([
      { action: "user.login", user_id: first.userId, detail: null },
      { action: "session.logout", user_id: first.userId, detail: { reason: "replaced" } },
    ]);
    const again = browserTokenOf(await signInOnPage(app, second, browserHeaders(token)));
    expect([await statusInBrowser(app, token), await statusInBrowser(app, again)]).toEqual([
      401, 200,
    ]);
  });

  test("that races with itself in one browser leaves every cookie but the ones it set dead", async () => {
    const { token, ...user } = await signUpInBrowser(app);
    const users = [user, await registerVerified(app)];
    const answers = await race(2, async (index) => {
      const signedIn = users[index];
      if (!signedIn) throw new Error("no user");
      return signInOnPage(app, signedIn, browserHeaders(token));
    });
    expect(await statusInBrowser(app, token)).toBe(401);
    for (const answer of answers)
      expect(await statusInBrowser(app, browserTokenOf(answer))).toBe(200);
  });
});

test("a sign-in by the API opens no browser session, whatever cookie it carries", async () => {
  const { token, ...user } = await signUpInBrowser(app);
  const { email, password } = user;
  const headers = browserHeaders(token);
  const answer = await app.post("/api/v1/auth/login", { email, password }, { headers });
  expect([answer.status, sessionCookieOf(answer)]).toEqual([200, null]);
  expect(await statusInBrowser(app, token)).toBe(200);
  const rows = await app.rows(
    `select id from sessions where user_id = '${user.userId}' and browser_token_hash is not null`,
  );
  expect(rows).toEqual([{ id: user.sessionId }]);
});

describe("after a reauthentication", () => {
  // Attack: the token was stolen before the user proved again who they are. security 51
  test("the browser has a new token, and the old one is dead", async () => {
    const pages = rotationPages(app);
    const { token, sessionId, email } = await signUpInBrowser(app);
    const answer = await pages.call("POST", "/rotate", { headers: browserHeaders(token) });
    const rotated = browserTokenOf(answer);
    expect(rotated).not.toBe(token);
    expect(sessionCookieOf(answer)?.maxAgeSeconds).toBeWithin(90 * 86_400 - 60, 90 * 86_400 + 1);
    expect([await statusInBrowser(app, token), await statusInBrowser(app, rotated)]).toEqual([
      401, 200,
    ]);
    const forwarded = await app.call("GET", "/api/v1/auth/forward", {
      headers: browserHeaders(rotated),
    });
    expect(forwarded.headers.get("x-auth-email")).toBe(email);
    expect(await endOf(sessionId)).toBeNull();
  });

  // Attack: a stolen cookie is used for a reauthentication while the user signs out, and the session goes on.
  test.each([
    ["sign-out", endBrowserSession, "logout"],
    ["sign-in", endReplacedSession, "replaced"],
  ])("a %s that began with the old token ends the session", async (_, end, reason) => {
    const { token, sessionId } = await signUpInBrowser(app);
    const headers = browserHeaders(token);
    const rotating = rotationPages(app);
    let rotated = "";
    const ending = servePages(app, (kit) =>
      new Elysia().use(kit).post(
        "/end",
        async ({ ctx }) => {
          rotated = browserTokenOf(await rotating.call("POST", "/rotate", { headers }));
          await end(ctx);
          return "";
        },
        { page: true, accepts: "form" },
      ),
    );
    await ending.call("POST", "/end", { headers });
    expect([await statusInBrowser(app, rotated), await endOf(sessionId)]).toEqual([401, reason]);
  });

  test("of racing rotations one gives the token, and no other one works", async () => {
    const pages = rotationPages(app);
    const { token } = await signUpInBrowser(app);
    const headers = browserHeaders(token);
    const answers = await race(10, () => pages.call("POST", "/rotate", { headers }));
    const tokens = answers.flatMap((answer) => sessionCookieOf(answer)?.value ?? []);
    expect(tokens).toHaveLength(1);
    expect(await statusInBrowser(app, tokens[0] ?? "")).toBe(200);
    expect(await statusInBrowser(app, token)).toBe(401);
  });
});

// Attack: login CSRF. A page of another website signs the visitor in to the attacker's account. security 51, 116
test("a sign-in that another website posts opens no session and ends none", async () => {
  const victim = await signUpInBrowser(app);
  const attacker = await registerVerified(app);
  for (const foreign of [
    { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    { origin: "https://evil.example" },
  ]) {
    const headers = { ...browserHeaders(victim.token), ...foreign };
    expect(signInOnPage(app, attacker, headers)).rejects.toThrow("sign-in: 403");
  }
  expect(await statusInBrowser(app, victim.token)).toBe(200);
  expect((await logIn(app, attacker)).status).toBe(200);
});
