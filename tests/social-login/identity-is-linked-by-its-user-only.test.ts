import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, signUp } from "../support/journey.ts";
import {
  appUri,
  codeFrom,
  comeBack,
  countSessions,
  errorOf,
  exchange,
  startAt,
} from "../support/provider-journey.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const other = createFakeProvider("other");
const minute = 60_000;
const provider = "https://provider.example";

const allowedOrigin = "https://admin.example.org";
const listedOrigins = [allowedOrigin, new URL(appUri).origin];
const app = useTestApp({
  providers: [acme, other],
  settings: { REDIRECT_URIS: `${appUri},com.example.app:/back`, ALLOWED_ORIGINS: allowedOrigin },
});

afterEach(() => {
  setSystemTime();
});

function requestLink(bearer: string, json: object = {}, provider = "acme"): Promise<Answer> {
  return app.post(`/api/v1/users/me/identities/${provider}`, json, { bearer });
}

/** Opens a link from a page of an application on the same site. */
function openLink(ticket: string): ReturnType<typeof startAt> {
  return startAt(app, acme, { ticket }, { "sec-fetch-site": "same-site" });
}

function ticketIn(answer: Answer): string {
  return new URL(answer.json.data.authorize_url).searchParams.get("ticket") ?? "";
}

async function identitiesOf(bearer: string): Promise<{ provider: string; email: string }[]> {
  const { json } = await app.call("GET", "/api/v1/users/me/identities", { bearer });
  return json.data.items;
}

async function reasonOf(of: TestApp, answer: Answer): Promise<unknown> {
  const [row] = await auditOf(of, answer);
  return Reflect.get(Object(row?.["detail"]), "reason");
}

describe("a request to link an identity", () => {
  // security 79
  test("leads through the provider to a linked identity, with which the user signs in", async () => {
    const user = await signUp(app);
    const requested = await requestLink(user.accessToken);
    expect(requested.status).toBe(200);
    expect(requested.json.data.authorize_url).toStartWith(
      "http://localhost:8000/api/v1/auth/oauth/acme?ticket=",
    );
    expect(requested.headers.get("set-cookie")).toMatch(/^gatehouse_oauth=[\w-]{22};/);
    const { location, cookie } = await openLink(ticketIn(requested));
    // The address at the provider plays no part.
    const profile = { subject: "linked", email: freshEmail(), emailVerified: false };
    const before = await countSessions(app);
    const answer = await comeBack(app, "acme", acme.approve(location, profile), cookie);
    expect(answer.status).toBe(200);
    expect(answer.json.data.identity).toMatchObject({ provider: "acme" });
    expect(answer.text).not.toContain("access_token");
    expect(await countSessions(app)).toBe(before);
    expect(await identitiesOf(user.accessToken)).toMatchObject([{ provider: "acme" }]);
    const signedIn = await exchange(app, await codeFrom(app, acme, { profile }));
    expect(signedIn.json.data.user).toMatchObject({ id: user.userId, email: user.email });
  });

  test("returns to the application's address, if that is listed", async () => {
    const { accessToken } = await signUp(app);
    const refused = await requestLink(accessToken, { redirect_uri: "https://evil.example" });
    expect(errorOf(refused)).toEqual([400, "VALIDATION_ERROR"]);
    const requested = await requestLink(accessToken, { redirect_uri: appUri });
    const { location, cookie } = await openLink(ticketIn(requested));
    const answer = await comeBack(app, "acme", acme.approve(location), cookie);
    expect([answer.status, answer.headers.get("location")]).toEqual([302, `${appUri}?linked=acme`]);
  });

  test("takes no body at all as well, and knows its providers", async () => {
    const { accessToken: bearer } = await signUp(app);
    const path = "/api/v1/users/me/identities";
    expect((await app.call("POST", `${path}/acme`, { bearer })).status).toBe(200);
    expect(errorOf(await requestLink(bearer, {}, "unknown"))).toEqual([404, "NOT_FOUND"]);
  });

  // Attack: a stolen access token links the thief's identity, and so outlives every change of the password.
  // security 79
  test("requires a sign-in within the last ten minutes", async () => {
    const start = Date.now();
    setSystemTime(start);
    const user = await signUp(app);
    setSystemTime(start + 9 * minute);
    expect((await requestLink(user.accessToken)).status).toBe(200);
    setSystemTime(start + 10 * minute + 1000);
    const late = await requestLink(user.accessToken);
    expect(errorOf(late)).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
    expect(await reasonOf(app, late)).toBe("session_not_fresh");
  });
});

describe("a link ticket", () => {
  // Attack: a site sends its visitor to its own link ticket: the visitor's identity would open the attacker's account.
  // security 79
  test("from another site is refused, unless the browser is the one that asked for it", async () => {
    const { accessToken } = await signUp(app);
    const requested = await requestLink(accessToken);
    const parameters = { ticket: ticketIn(requested) };
    const [own = ""] = (requested.headers.get("set-cookie") ?? "").split(";");
    const stranger = await startAt(app, acme);
    const fromSite = (site: string, cookie?: string, referer?: string) =>
      startAt(app, acme, parameters, {
        "sec-fetch-site": site,
        ...(cookie === undefined ? {} : { cookie }),
        ...(referer === undefined ? {} : { referer }),
      });
    for (const cookie of [undefined, stranger.cookie]) {
      const { answer, location } = await fromSite("cross-site", cookie);
      expect([errorOf(answer), location]).toEqual([[403, "FORBIDDEN"], ""]);
      expect(answer.headers.get("set-cookie")).toBeNull();
      expect(await reasonOf(app, answer)).toBe("other_site");
    }
    for (const referer of ["https://evil.example/", "https://app.example.com.evil.example/", "x"]) {
      expect((await fromSite("cross-site", undefined, referer)).answer.status).toBe(403);
    }
    expect((await fromSite("cross-site", own)).answer.status).toBe(302);
    for (const origin of listedOrigins) {
      expect((await fromSite("cross-site", undefined, `${origin}/x`)).answer.status).toBe(302);
    }
    for (const site of ["same-origin", "same-site"]) {
      expect((await fromSite(site)).location).toStartWith(provider);
    }
  });

  // Attack: the link comes by chat, where a browser does not know which site it is from.
  // security 79
  test("of which nothing shows where it comes from leads to a page that asks first", async () => {
    const { accessToken } = await signUp(app);
    const requested = await requestLink(accessToken);
    const parameters = { ticket: ticketIn(requested) };
    const [own = ""] = (requested.headers.get("set-cookie") ?? "").split(";");
    for (const headers of [{}, { "sec-fetch-site": "none" }]) {
      const { location } = await startAt(app, acme, parameters, headers);
      const page = new URL(location);
      expect([page.origin, page.pathname]).toEqual([
        "http://localhost:8000",
        "/account/providers/confirm",
      ]);
      expect(page.searchParams.get("ticket")).toBe(parameters.ticket);
      for (const sure of [{ cookie: own }, { referer: `${allowedOrigin}/` }]) {
        const direct = await startAt(app, acme, parameters, { ...headers, ...sure });
        expect(direct.location).toStartWith(provider);
      }
    }
    expect(acme.requests.length).toBeGreaterThan(0);
  });

  // Attack: who finds the address in a log or a history links their own identity to the user's account.
  // security 79
  test("that a browser with cookies asked for is refused in every other browser", async () => {
    const { accessToken } = await signUp(app);
    const path = "/api/v1/users/me/identities/acme";
    const request = (headers: Record<string, string>) =>
      app.call("POST", path, { bearer: accessToken, headers });
    const first = await request({ "sec-fetch-site": "same-origin" });
    const [own = ""] = (first.headers.get("set-cookie") ?? "").split(";");
    const stranger = await startAt(app, acme);
    for (const requested of [first, await request({ cookie: own })]) {
      const ticket = ticketIn(requested);
      for (const headers of [{}, { cookie: stranger.cookie }, { referer: `${allowedOrigin}/` }]) {
        const { answer } = await startAt(app, acme, { ticket }, headers);
        expect([...errorOf(answer), await reasonOf(app, answer)]).toEqual([
          403,
          "FORBIDDEN",
          "other_browser",
        ]);
      }
      expect((await startAt(app, acme, { ticket }, { cookie: own })).answer.status).toBe(302);
    }
  });

  // security 29, 79
  test("is for its provider and its purpose only, for ten minutes, and cannot be altered", async () => {
    const start = Date.now();
    setSystemTime(start);
    const { accessToken, refreshToken } = await signUp(app);
    const ticket = ticketIn(await requestLink(accessToken));
    const started = await startAt(app, acme);
    const state = new URL(started.location).searchParams.get("state") ?? "";
    const statusOf = async (text: string) =>
      (await startAt(app, acme, { ticket: text })).answer.status;
    const { answer } = await startAt(app, other, { ticket });
    expect([answer.status, await reasonOf(app, answer)]).toEqual([400, "other_provider"]);
    for (const wrong of [state, accessToken, refreshToken, "x", `${ticket.slice(0, -2)}xx`]) {
      expect(await statusOf(wrong)).toBe(400);
    }
    const asState = { ...acme.approve(started.location), state: ticket };
    expect((await comeBack(app, "acme", asState, started.cookie)).status).toBe(400);
    for (const token of [ticket, state]) {
      expect(await statusOfMe(app, token)).toBe(401);
      const refreshed = await app.post("/api/v1/auth/refresh", { refresh_token: token });
      expect(errorOf(refreshed)).toEqual([401, "INVALID_TOKEN"]);
    }
    setSystemTime(start + 9.9 * minute);
    expect(await statusOf(ticket)).toBe(302);
    setSystemTime(start + 10 * minute + 1000);
    expect(await statusOf(ticket)).toBe(400);
  });

  test("links one identity", async () => {
    const { accessToken } = await signUp(app);
    const ticket = ticketIn(await requestLink(accessToken));
    const first = await openLink(ticket);
    const second = await openLink(ticket);
    const linked = await comeBack(app, "acme", acme.approve(first.location), first.cookie);
    expect(linked.status).toBe(200);
    const again = await comeBack(app, "acme", acme.approve(second.location), second.cookie);
    expect([errorOf(again), await reasonOf(app, again)]).toEqual([
      [400, "VALIDATION_ERROR"],
      "link_used_before",
    ]);
    expect(await identitiesOf(accessToken)).toHaveLength(1);
  });

  // security 79
  test("is void once its session has ended, or the user's password was changed", async () => {
    const afterwards = {
      logout: (user: Awaited<ReturnType<typeof signUp>>) =>
        app.call("POST", "/api/v1/auth/logout", { bearer: user.accessToken }),
      change: (user: Awaited<ReturnType<typeof signUp>>) =>
        app.post(
          "/api/v1/auth/password/change",
          { current_password: user.password, new_password: "Another-Passphrase-9!" },
          { bearer: user.accessToken },
        ),
    };
    for (const change of Object.values(afterwards)) {
      const user = await signUp(app);
      const ticket = ticketIn(await requestLink(user.accessToken));
      const { location, cookie } = await openLink(ticket);
      expect((await change(user)).status).toBe(200);
      const answer = await comeBack(app, "acme", acme.approve(location), cookie);
      expect(errorOf(answer)).toEqual([403, "REAUTHENTICATION_REQUIRED"]);
      const rows = await app.rows(`select id from identities where user_id = '${user.userId}'`);
      expect(rows).toEqual([]);
    }
  });
});
