import { beforeAll, describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { freshEmail } from "../support/journey.ts";
import { appUri, codeFrom, comeBack, exchange, startAt } from "../support/provider-journey.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const fruit = createFakeProvider("fruit", { responseMode: "form_post" });
const providers = [acme, fruit];
const settings = { REDIRECT_URIS: `${appUri},${appUri}?tenant=7` };

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, providers, settings });

  // security 81: no tokens in a URL
  test("a sign-in returns to the application with a one-time code, which it exchanges for tokens", async () => {
    const email = freshEmail();
    const started = await startAt(app, acme, { redirect_uri: appUri, state: "the app's & own" });
    expect([started.answer.status, started.answer.headers.get("cache-control")]).toEqual([
      302,
      "no-store",
    ]);
    const returned = await comeBack(
      app,
      "acme",
      acme.approve(started.location, { email, name: "Ada" }),
      started.cookie,
    );
    expect([returned.status, returned.headers.get("cache-control"), returned.text]).toEqual([
      302,
      "no-store",
      "",
    ]);
    const location = new URL(returned.headers.get("location") ?? "");
    expect(`${location.origin}${location.pathname}`).toBe(appUri);
    expect([...location.searchParams.keys()]).toEqual(["code", "state"]);
    expect(location.searchParams.get("state")).toBe("the app's & own");
    const code = location.searchParams.get("code") ?? "";
    expect(code).toMatch(/^[\w-]{27}$/);

    const answer = await exchange(app, code);
    expect(answer.status).toBe(200);
    expect(answer.json.data.user).toMatchObject({ email, email_verified: true, name: "Ada" });
    expect(await statusOfMe(app, answer.json.data.access_token)).toBe(200);
    const [audit] = await auditOf(app, answer);
    expect(audit).toMatchObject({
      action: "user.login",
      result: "success",
      user_id: answer.json.data.user_id,
      amr: ["fed"],
      detail: { by: "acme" },
    });
    for (const secret of [answer.json.data.access_token, answer.json.data.refresh_token]) {
      expect(`${started.location} ${location.href}`).not.toContain(secret);
    }
  });
});

describe("a sign-in", () => {
  const app = useTestApp({ providers, settings });
  let others: TestApp[];

  beforeAll(async () => {
    others = [await app.replica(), await app.replica()];
  });

  test("passes through three replicas", async () => {
    const [second = app, third = app] = others;
    const { location, cookie } = await startAt(app, acme);
    const returned = await comeBack(second, "acme", acme.approve(location), cookie);
    const code = new URL(returned.headers.get("location") ?? "").searchParams.get("code") ?? "";
    expect((await exchange(third, code)).status).toBe(200);
  });

  test("that began before a change of JWT_SECRET_KEY is finished after it", async () => {
    const previous = app.platform.settings.jwtSecretKey;
    const newSecret = "Zq8!vN3#tB6$hM1^kR4&wP7*cJ2(xL5)-tests-only";
    const { location, cookie } = await startAt(app, acme);
    const forgotten = await app.replica({ JWT_SECRET_KEY: newSecret });
    const remembering = await app.replica({
      JWT_SECRET_KEY: newSecret,
      JWT_SECRET_KEY_PREVIOUS: previous,
    });
    const parameters = acme.approve(location);
    expect((await comeBack(forgotten, "acme", parameters, cookie)).status).toBe(400);
    expect((await comeBack(remembering, "acme", parameters, cookie)).status).toBe(302);
  });

  test("writes nothing at its start", async () => {
    const counts = () =>
      app.rows(
        "select (select count(*) from used_tickets) as used, (select count(*) from social_login_codes) as codes, (select count(*) from users) as users",
      );
    const before = await counts();
    await startAt(app, acme);
    expect(await counts()).toEqual(before);
  });

  test("without an application's address gives the tokens to the browser", async () => {
    const { location, cookie } = await startAt(app, acme, {});
    const answer = await comeBack(app, "acme", acme.approve(location), cookie);
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(await statusOfMe(app, answer.json.data.access_token)).toBe(200);
    expect((await auditOf(app, answer)).at(-1)).toMatchObject({
      action: "user.login",
      detail: { by: "acme" },
    });
  });

  // Bad day: the user opens the sign-in twice, and finishes both, the first one last.
  test("in two tabs is finished in both", async () => {
    const first = await startAt(app, acme);
    const second = await startAt(app, acme, undefined, { cookie: first.cookie });
    expect(second.cookie).toBe(first.cookie);
    for (const { location } of [second, first]) {
      const answer = await comeBack(app, "acme", acme.approve(location), first.cookie);
      expect(answer.status).toBe(302);
    }
  });

  test("at a provider that posts a form uses a cookie that a cross-site form carries", async () => {
    const { answer, location, cookie } = await startAt(app, fruit);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^gatehouse_oauth_post=[\w-]{22}; .*Secure.*SameSite=None/i,
    );
    const form = { ...fruit.approve(location), user: '{"name":{"firstName":"Ada"}}' };
    const returned = await app.call("POST", "/api/v1/auth/oauth/fruit/callback", {
      form,
      headers: { cookie, origin: "https://provider.example" },
    });
    expect(returned.status).toBe(302);
    expect(fruit.redeemed.at(-1)?.parameters.get("user")).toBe(form.user);
  });

  test("keeps the query of the application's address", async () => {
    const uri = `${appUri}?tenant=7`;
    const { location, cookie } = await startAt(app, acme, { redirect_uri: uri });
    const returned = await comeBack(app, "acme", acme.approve(location), cookie);
    expect(returned.headers.get("location")).toMatch(
      /^https:\/\/app\.example\.com\/signed-in\?tenant=7&code=[\w-]{27}$/,
    );
  });

  test("of the same identity leads to the same account", async () => {
    const profile = { subject: "the-same", email: freshEmail() };
    const first = await exchange(app, await codeFrom(app, acme, { profile }));
    const second = await exchange(app, await codeFrom(app, acme, { profile }));
    expect(second.json.data.user_id).toBe(first.json.data.user_id);
  });
});

describe("the providers", () => {
  const app = useTestApp({ providers, settings });

  test("are listed by name, with the address of their start", async () => {
    const answer = await app.call("GET", "/api/v1/auth/oauth/providers");
    expect(answer.json.data.items).toEqual(
      ["acme", "fruit"].map((name) => ({
        name,
        authorize_url: `http://localhost:8000/api/v1/auth/oauth/${name}`,
      })),
    );
  });

  test("that are unknown are not found", async () => {
    const uuid = "00000000-0000-7000-8000-000000000000";
    for (const [method, path] of [
      ["GET", "/no-such-provider"],
      ["GET", `/${uuid}/callback`],
      ["POST", "/no-such-provider/callback"],
    ] as const) {
      const answer = await app.call(method, `/api/v1/auth/oauth${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
    }
  });
});
