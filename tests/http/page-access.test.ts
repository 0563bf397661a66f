import { describe, expect, test } from "bun:test";
import { Elysia } from "elysia";

import {
  assertEveryBodyHasAKind,
  assertEveryRouteStatesItsAccess,
} from "../../src/app/edge/route-assertions.ts";
import { documentedRoutes } from "../../src/app/openapi/documented-routes.ts";
import { seeOther } from "../../src/features/pages/kit/see-other.ts";
import type { PageContext } from "../../src/platform/http/page-access.ts";
import { browserHeaders, signUpInBrowser } from "../support/browser-session.ts";
import { signUp } from "../support/journey.ts";
import { headingOf } from "../support/page-forms.ts";
import { servePages } from "../support/serve-pages.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const publicUrl = "http://localhost:8000";

const show = ({ actor, opensBrowserSession }: PageContext) =>
  `${actor.kind === "user" ? actor.email : actor.kind} ${String(opensBrowserSession)}`;

/** Pages that show who their reader is. */
function createPages() {
  let changes = 0;
  const change = ({ ctx }: { ctx: PageContext }) => {
    changes += 1;
    return show(ctx);
  };
  const pages = servePages(app, (kit) =>
    new Elysia()
      .use(kit)
      .get("/open", ({ ctx }) => show(ctx), { page: true })
      .post("/open", change, { page: true, accepts: "form" })
      .post("/next", ({ set }) => seeOther(set, "/open"), { page: true, accepts: "form" })
      .get("/own", ({ ctx }) => show(ctx), { accountPage: true })
      .post("/own", change, { accountPage: true, accepts: "form" })
      .post("/own/name", change, { accountPage: "/own#name", accepts: "form" }),
  );
  return { ...pages, changes: () => changes };
}

const signInPage = (returnTo: string) =>
  `${publicUrl}/sign-in?return_to=${encodeURIComponent(`${publicUrl}${returnTo}`)}`;

test("a page knows its reader by the cookie alone, and everyone else is anonymous", async () => {
  const pages = createPages();
  const { email, token } = await signUpInBrowser(app);
  const { accessToken } = await signUp(app);
  const readers = [
    [browserHeaders(token), `${email} true`],
    [{}, "anonymous true"],
    [{ authorization: `Bearer ${accessToken}` }, "anonymous true"],
    [{ authorization: `Bearer ${token}` }, "anonymous true"],
    [browserHeaders("x".repeat(43)), "anonymous true"],
    [browserHeaders(accessToken), "anonymous true"],
    [browserHeaders(`${token}; gatehouse_session=${token}`), "anonymous true"],
    [browserHeaders(token, "__Host-gatehouse_session"), "anonymous true"],
  ] as const;
  for (const [headers, shown] of readers) {
    const { status, text } = await pages.call("GET", "/open", { headers });
    expect([headers, status, text]).toEqual([headers, 200, shown]);
  }
});

describe("a page of the account", () => {
  test("is shown in a browser session, and else leads to the sign-in and back", async () => {
    const pages = createPages();
    const { email, token } = await signUpInBrowser(app);
    const { accessToken } = await signUp(app);
    const own = await pages.call("GET", "/own", { headers: browserHeaders(token) });
    expect([own.status, own.text]).toEqual([200, `${email} true`]);
    const refused = [
      ["GET", "/own?a=1&b=%2F", "/own?a=1&b=%2F", {}],
      ["GET", "/own", "/own", { authorization: `Bearer ${accessToken}` }],
      ["POST", "/own?a=1", "/own", {}],
      ["POST", "/own/name", "/own#name", browserHeaders("x".repeat(43))],
    ] as const;
    for (const [method, path, returnTo, headers] of refused) {
      const answer = await pages.call(method, path, { headers });
      const { status, text } = answer;
      expect([path, status, answer.headers.get("location"), text]).toEqual([
        path,
        303,
        signInPage(returnTo),
        "",
      ]);
    }
    expect(pages.changes()).toBe(0);
  });

  // Attack: the Host header leads the visitor, and the address to return to, to another server.
  test("leads to PUBLIC_URL, whatever Host the request names", async () => {
    const pages = createPages();
    const headers = { host: "evil.example", "x-forwarded-host": "evil.example" };
    const answer = await pages.call("GET", "/own", { headers });
    expect(answer.headers.get("location")).toBe(signInPage("/own"));
  });
});

describe("a form that another website posts", () => {
  // Attack: cross-site request forgery, and login CSRF. security 116
  test("changes nothing on any page, with a session or without", async () => {
    const pages = createPages();
    const { token } = await signUpInBrowser(app);
    const foreign: readonly Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", origin: "http://app.localhost:8000" },
      { "sec-fetch-site": "none" },
      { origin: "https://evil.example" },
      { origin: "https://localhost:8000" },
    ];
    for (const headers of foreign) {
      for (const path of ["/open", "/own", "/own/name"]) {
        for (const cookie of [{}, browserHeaders(token)]) {
          const answer = await pages.call("POST", path, {
            headers: { ...headers, ...cookie },
          });
          expect([headers, path, answer.status]).toEqual([headers, path, 403]);
          expect(headingOf(answer)).toBe("Another website sent you here");
          expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
        }
      }
    }
    expect(pages.changes()).toBe(0);
    const headers = { ...browserHeaders(token), "sec-fetch-site": "same-origin" };
    const own = await pages.call("POST", "/own", { headers });
    expect([own.status, pages.changes()]).toEqual([200, 1]);
  });

  test("gets its page in the reader's language", async () => {
    const headers = { origin: "https://evil.example", "accept-language": "de" };
    const german = await createPages().call("POST", "/open", { headers });
    expect(headingOf(german)).toBe("Eine andere Website hat Sie hierher geleitet");
  });
});

test("pages state their access, and are no operations of the document", () => {
  const { routes } = createPages();
  expect(() => assertEveryRouteStatesItsAccess(routes.routes)).not.toThrow();
  expect(() => assertEveryBodyHasAKind(routes.routes)).not.toThrow();
  expect(documentedRoutes(routes)).toEqual([]);
});

test("a form that did its work leads on by GET", async () => {
  const answer = await createPages().call("POST", "/next");
  expect([answer.status, answer.headers.get("location"), answer.text]).toEqual([303, "/open", ""]);
});
