import { describe, expect, setSystemTime, test } from "bun:test";

import { browserTokenOf, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { registerVerified } from "../support/journey.ts";
import { headingOf, openPage, press } from "../support/page-forms.ts";
import {
  askToAuthorize,
  authorizeAs,
  authorizeQuery,
  callback,
  redeem,
  responseOf,
} from "../support/relying-party.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const longState = `${"state-of-a-client-".repeat(300)}\n`;

/** The page to which a request leads a visitor, and where that page leads back to. */
async function signInPageOf(app: TestApp, query: string, token: string | null = null) {
  const { headers } = await askToAuthorize(app, query, token);
  const page = new URL(headers.get("location") ?? "");
  return { page, target: new URL(page.searchParams.get("return_to") ?? "https://none.example") };
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // OpenID Connect Core §3.1.2.1: `state` may be of any length, and an `id_token_hint` has a kilobyte.
  test("a user who signs in for a request of five kilobytes returns to it", async () => {
    const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
    const user = await registerVerified(app);
    const query = authorizeQuery(client.id, { state: longState, nonce: "n-1" });
    const { page, target } = await signInPageOf(app, query);
    expect(page.href.length).toBeLessThan(1000);
    const shown = await openPage(app, `${page.pathname}${page.search}`);
    const entered = { email: user.email, password: user.password };
    const signedIn = await press(app, shown, "Sign in", { entered });
    expect([signedIn.status, signedIn.headers.get("location")]).toEqual([303, target.href]);
    const token = browserTokenOf(signedIn);
    const { code, state } = responseOf(await authorizeAs(app, target.search.slice(1), token));
    expect(state).toBe(longState);
    expect((await redeem(app, client, code ?? "")).status).toBe(200);
    // It gets one response, like a request that was pushed (RFC 9126 §4).
    const again = await askToAuthorize(app, target.search.slice(1), token);
    expect([again.status, headingOf(again)]).toEqual([400, "This sign-in does not work"]);
  });
});

describe("a request that is kept", () => {
  const app = useTestApp();
  const redirectUri = "com.example.notes:/callback";

  test("remembers that its user was asked to sign in again, and asks once", async () => {
    const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
    const user = await signUpInBrowser(app);
    const query = authorizeQuery(client.id, { state: longState, prompt: "login" });
    setSystemTime(new Date(Date.now() + 10_000));
    try {
      const { page, target } = await signInPageOf(app, query, user.token);
      expect(page.searchParams.get("prompt")).toBe("login");
      setSystemTime(new Date(Date.now() + 3000));
      await app.rows(
        `update sessions set authenticated_at = '${new Date().toISOString()}' where user_id = '${user.userId}'`,
      );
      const answer = await authorizeAs(app, target.search.slice(1), user.token);
      expect(responseOf(answer)).toMatchObject({ code: expect.any(String), state: longState });
    } finally {
      setSystemTime();
    }
  });

  test("names the application to the policy of the pages, and nothing else of it counts", async () => {
    const client = await registerClient(app, {
      name: "App",
      redirectUris: [redirectUri],
      tokenEndpointAuthMethod: "none",
    });
    const query = authorizeQuery(client.id, { state: longState, redirect_uri: redirectUri });
    const { page, target } = await signInPageOf(app, query);
    const shown = await app.call("GET", `${page.pathname}${page.search}`);
    expect(shown.headers.get("content-security-policy")).toContain("com.example.notes:");
    target.searchParams.set("redirect_uri", "https://evil.example/");
    target.searchParams.set("scope", "openid roles");
    const user = await signUpInBrowser(app);
    const asked = await askToAuthorize(app, target.search.slice(1), user.token);
    expect(asked.text).toContain("com.example.notes");
    expect(asked.text).not.toContain("your roles");
    const other = await registerClient(app, { name: "Other", redirectUris: [callback] });
    target.searchParams.set("client_id", other.id);
    expect((await askToAuthorize(app, target.search.slice(1), user.token)).status).toBe(400);
  });

  // Attack: a page of another site has images whose addresses are requests.
  test("is one that a browser shows and that has at most 8 KiB; nothing is kept of any other", async () => {
    const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
    const kept = () => app.rows("select digest from pushed_requests");
    const before = await kept();
    const query = authorizeQuery(client.id, { state: longState });
    const images = [
      { "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" },
      { accept: "image/avif,image/webp,*/*;q=0.8" },
    ];
    for (const headers of images) {
      const image = await app.call("GET", `/oauth/authorize?${query}`, { headers });
      expect([image.status, headingOf(image)]).toEqual([400, "This sign-in does not work"]);
    }
    const tooLong = authorizeQuery(client.id, { state: "x".repeat(8192) });
    expect((await askToAuthorize(app, tooLong, null)).status).toBe(400);
    expect(await kept()).toEqual(before);
    // Without the need to keep it, a program that follows the redirects may send it.
    const short = `/oauth/authorize?${authorizeQuery(client.id)}`;
    expect((await app.call("GET", short)).status).toBe(303);
  });

  test("expires after an hour", async () => {
    const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
    const user = await signUpInBrowser(app);
    const query = authorizeQuery(client.id, { state: longState });
    const { target } = await signInPageOf(app, query);
    setSystemTime(new Date(Date.now() + 3_601_000));
    try {
      const late = await askToAuthorize(app, target.search.slice(1), user.token);
      expect([late.status, headingOf(late)]).toEqual([400, "This sign-in does not work"]);
    } finally {
      setSystemTime();
    }
  });
});

describe("with limits", () => {
  const app = useTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });

  // Attack: the table is filled by anyone.
  test("an address has a bounded number of requests kept; a short one needs none", async () => {
    const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
    const query = authorizeQuery(client.id, { state: longState });
    const statuses = new Set<number>();
    setSystemTime(new Date());
    try {
      for (let count = 0; count < 61; count += 1) {
        statuses.add((await askToAuthorize(app, query, null)).status);
      }
    } finally {
      setSystemTime();
    }
    expect([...statuses]).toEqual([303, 429]);
    expect(await app.rows("select digest from pushed_requests")).toHaveLength(60);
    // A client that pushes its requests has a limit of its own.
    const device = await registerClient(app, {
      name: "App",
      redirectUris: [callback],
      tokenEndpointAuthMethod: "none",
    });
    const form = Object.fromEntries(new URLSearchParams(authorizeQuery(device.id)));
    expect((await app.call("POST", "/oauth/par", { form })).status).toBe(201);
    expect((await askToAuthorize(app, authorizeQuery(client.id), null)).status).toBe(303);
  });
});
