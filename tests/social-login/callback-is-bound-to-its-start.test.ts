import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { type CodeResponse, ProviderError } from "../../src/features/social-login/provider.ts";
import { auditOf } from "../support/audit-rows.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import type { Answer } from "../support/http-call.ts";
import {
  appUri,
  comeBack,
  ascending,
  countSessions,
  errorOf,
  startAt,
} from "../support/provider-journey.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const other = createFakeProvider("other");
const patient = createFakeProvider("slow");
/** Each request takes less than the limit, and two take more. */
const slow = {
  ...patient,
  timeLimitSeconds: 0.5,
  async responseIssuer() {
    await Bun.sleep(400);
    return null;
  },
  async redeem(response: CodeResponse) {
    await Bun.sleep(400);
    return patient.redeem(response);
  },
};
const providers = [acme, other, slow];
const settings = { REDIRECT_URIS: appUri };

/** A sign-in as far as the provider's page: the parameters that the browser brings back, and its cookie. */
async function approved(app: TestApp, headers: Record<string, string> = {}) {
  const { location, cookie } = await startAt(app, acme, undefined, headers);
  return { parameters: acme.approve(location), cookie };
}

/** A refusal: its status and code, the reason in the audit log, and neither a code nor tokens nor a session. */
async function refusalOf(app: TestApp, sessions: number, answer: Answer) {
  expect(answer.headers.get("location")).toBeNull();
  expect(answer.text).not.toMatch(/access_token|refresh_token/);
  expect(await countSessions(app)).toBe(sessions);
  const [row] = await auditOf(app, answer);
  const detail: unknown = row?.["detail"];
  expect(detail).toMatchObject({ by: "acme" });
  expect(row).toMatchObject({ action: "user.login", result: "failure" });
  return [...errorOf(answer), Reflect.get(Object(detail), "reason")];
}

describe("a callback", () => {
  const app = useTestApp({ providers, settings });
  const again = (reason: string) => [400, "VALIDATION_ERROR", reason];

  afterEach(() => {
    setSystemTime();
    acme.issuer = null;
  });

  /** What becomes of the parameters and the cookie of a sign-in when a test has changed them. */
  async function outcomeOf(
    change: (approved: { parameters: Record<string, string>; cookie: string }) => {
      parameters?: Record<string, string>;
      cookie?: string | null;
    },
  ) {
    const sessions = await countSessions(app);
    const before = await approved(app);
    const changed = { ...before, ...change(before) };
    const answer = await comeBack(app, "acme", changed.parameters, changed.cookie);
    return refusalOf(app, sessions, answer);
  }

  // Attack: login CSRF, by a link to the callback with the attacker's own code.
  // security 73
  test("without state, or with one that was altered or made up, is refused", async () => {
    const { code = "" } = (await approved(app)).parameters;
    expect(await outcomeOf(() => ({ parameters: { code } }))).toEqual(again("state_missing"));
    const altered = await outcomeOf(({ parameters }) => {
      const [header = "", payload = "", signature = ""] = (parameters["state"] ?? "").split(".");
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
      const forged = Buffer.from(JSON.stringify({ ...claims, uri: "https://evil.example" }));
      const state = [header, forged.toString("base64url"), signature].join(".");
      return { parameters: { ...parameters, state } };
    });
    expect(altered).toEqual(again("ticket_invalid"));
    for (const state of ["x", "a.b.c", "eyJhbGciOiJub25lIn0.eyJwcnYiOiJhY21lIn0."]) {
      const outcome = await outcomeOf(({ parameters }) => ({
        parameters: { ...parameters, state },
      }));
      expect(outcome).toEqual(again("ticket_invalid"));
    }
  });

  // security 73
  test("after ten minutes is refused, whatever the provider says", async () => {
    const start = Date.now();
    setSystemTime(start);
    const early = await approved(app);
    const late = await approved(app);
    setSystemTime(start + 9.9 * 60_000);
    expect((await comeBack(app, "acme", early.parameters, early.cookie)).status).toBe(302);
    setSystemTime(start + 10 * 60_000 + 1000);
    const answer = await comeBack(app, "acme", late.parameters, late.cookie);
    expect(await refusalOf(app, await countSessions(app), answer)).toEqual(again("ticket_invalid"));
  });

  // Attack: a provider that the attacker controls receives a code of another one (mix-up, RFC 9700 §4.4).
  // security 73
  test("with the state of a sign-in at another provider is refused", async () => {
    const { location, cookie } = await startAt(app, other);
    const parameters = other.approve(location);
    const answer = await comeBack(app, "acme", parameters, cookie);
    expect(await refusalOf(app, await countSessions(app), answer)).toEqual(again("other_provider"));
    expect((await comeBack(app, "other", parameters, cookie)).status).toBe(302);
  });

  // Attack: the attacker sends the victim the address of their own finished sign-in.
  // security 73
  test("in another browser, or in one without the cookie, is refused", async () => {
    const stranger = await startAt(app, acme);
    expect(await outcomeOf(() => ({ cookie: null }))).toEqual(again("cookie_missing"));
    expect(await outcomeOf(() => ({ cookie: stranger.cookie }))).toEqual(again("other_browser"));
    expect(await outcomeOf(({ cookie }) => ({ cookie: `${cookie}x` }))).toEqual(
      again("cookie_missing"),
    );
    const both = await outcomeOf(({ cookie }) => ({ cookie: `${cookie}; ${stranger.cookie}` }));
    expect(both).toEqual(again("cookie_missing"));
  });

  // security 73
  test("that is replayed is refused, also in the same browser, and also after an error", async () => {
    const { parameters, cookie } = await approved(app);
    expect((await comeBack(app, "acme", parameters, cookie)).status).toBe(302);
    const replayed = await comeBack(app, "acme", parameters, cookie);
    expect(await refusalOf(app, await countSessions(app), replayed)).toEqual(again("used_before"));

    const cancelled = await approved(app);
    const { state = "" } = cancelled.parameters;
    await comeBack(app, "acme", { state, error: "access_denied" }, cancelled.cookie);
    const after = await comeBack(app, "acme", cancelled.parameters, cancelled.cookie);
    expect(await refusalOf(app, await countSessions(app), after)).toEqual(again("used_before"));
  });

  // security 74
  test("with the code of another sign-in fails at the provider, by PKCE", async () => {
    const foreign = await approved(app);
    const { code = "" } = foreign.parameters;
    const outcome = await outcomeOf(({ parameters }) => ({ parameters: { ...parameters, code } }));
    expect(outcome).toEqual(again("invalid_grant"));
  });

  // security 74
  test("has a verifier and a nonce of its own, which no browser receives", async () => {
    const { answer, location } = await startAt(app, acme);
    const second = await startAt(app, acme);
    const [first, next] = acme.requests.slice(-2);
    expect(first?.codeVerifier).toMatch(/^[\w-]{43}$/);
    expect(first?.nonce).toMatch(/^[\w-]{43}$/);
    expect([next?.codeVerifier, next?.nonce]).not.toContain(first?.codeVerifier);
    expect(next?.nonce).not.toBe(first?.nonce);
    const [, payload = ""] = (first?.state ?? "").split(".");
    const sent = [
      location,
      second.location,
      answer.text,
      answer.headers.get("set-cookie"),
      Buffer.from(payload, "base64url").toString(),
    ].join(" ");
    expect(sent).not.toContain(first?.codeVerifier);
    expect(app.log.join(" ")).not.toContain(first?.codeVerifier);
  });

  // RFC 9207 §2.4
  test("with the issuer of another provider, or without one that is announced, is refused", async () => {
    acme.issuer = { issuer: "https://provider.example", isRequired: true };
    expect(await outcomeOf(() => ({}))).toEqual(again("issuer_missing"));
    const withIssuer = (iss: string) =>
      outcomeOf(({ parameters }) => ({ parameters: { ...parameters, iss } }));
    for (const iss of ["https://evil.example", "https://provider.example/", "null"]) {
      expect(await withIssuer(iss)).toEqual(again("issuer_wrong"));
    }
    const { parameters, cookie } = await approved(app);
    const right = { ...parameters, iss: "https://provider.example" };
    expect((await comeBack(app, "acme", right, cookie)).status).toBe(302);
  });

  // security 81
  test("with an error of the provider, or without a code, is a clean error", async () => {
    const withError = (error: string) =>
      outcomeOf(({ parameters: { state = "" } }) => ({ parameters: { state, error } }));
    const unavailable = [503, "UNAVAILABLE", "provider_error"];
    expect(await withError("access_denied")).toEqual([403, "FORBIDDEN", "cancelled"]);
    expect(await withError("user_cancelled_authorize")).toEqual([403, "FORBIDDEN", "cancelled"]);
    expect(await withError("server_error")).toEqual(unavailable);
    expect(await withError("temporarily_unavailable")).toEqual(unavailable);
    expect(await withError("<script>")).toEqual(again("provider_error"));
    const withoutCode = await outcomeOf(({ parameters: { state = "" } }) => ({
      parameters: { state },
    }));
    expect(withoutCode).toEqual(again("code_missing"));
  });

  // security 81
  test("with a parameter that is too long, repeated or unstorable is refused", async () => {
    const invalid = again("parameter_invalid");
    for (const change of [
      { code: "x".repeat(10_240) },
      { state: "x".repeat(4097) },
      { anything: "x".repeat(4097) },
      { code: "a\0b" },
      { anything: "a\0b" },
      { iss: "https://provider.example\r\nx: y" },
    ]) {
      const outcome = await outcomeOf(({ parameters }) => ({
        parameters: { ...parameters, ...change },
      }));
      expect(outcome).toEqual(invalid);
    }
    for (const repeated of ["code=1&code=2", "state=1&state=2", "x=1&x=2", "x=%ff"]) {
      const path = `/api/v1/auth/oauth/acme/callback?${repeated}`;
      const answer = await app.call("GET", path);
      expect(await refusalOf(app, await countSessions(app), answer)).toEqual(invalid);
    }
    const body = "state=1&state=2";
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const posted = await app.call("POST", "/api/v1/auth/oauth/acme/callback", { body, headers });
    expect(errorOf(posted)).toEqual([400, "VALIDATION_ERROR"]);
  });

  // security 81
  test("of a provider that fails is an error that names no secret", async () => {
    const sessions = await countSessions(app);
    const outcomes = { unavailable: [503, "UNAVAILABLE", "down"], refused: again("down") };
    for (const fault of ["unavailable", "refused"] as const) {
      const { parameters, cookie } = await approved(app);
      acme.failNext("redeem", new ProviderError(fault, "down"));
      const answer = await comeBack(app, "acme", parameters, cookie);
      expect(await refusalOf(app, sessions, answer)).toEqual(outcomes[fault]);
      for (const secret of Object.values(parameters)) expect(answer.text).not.toContain(secret);
      expect(answer.headers.get("retry-after")).toBe(fault === "unavailable" ? "30" : null);
    }
    acme.failNext("authorize", new ProviderError("unavailable", "discovery"));
    const { answer } = await startAt(app, acme);
    expect(errorOf(answer)).toEqual([503, "UNAVAILABLE"]);
  });

  // security 81
  test("of a provider that is slow ends in time: the requests for its issuer and for its tokens count together", async () => {
    const { location, cookie } = await startAt(app, slow);
    const answer = await comeBack(app, "slow", slow.approve(location), cookie);
    expect(errorOf(answer)).toEqual([503, "UNAVAILABLE"]);
    expect(await auditOf(app, answer)).toMatchObject([
      { detail: { by: "slow", reason: "provider_slow" } },
    ]);
  });

  // Bad day: a mail program or a chat looks at the link before the browser opens it.
  // part of security 119
  test("that is sent by HEAD uses up nothing, nor does a start", async () => {
    const { parameters, cookie } = await approved(app);
    const path = `/api/v1/auth/oauth/acme/callback?${new URLSearchParams(parameters)}`;
    const requests = acme.requests.length;
    for (const each of [path, `/api/v1/auth/oauth/acme`]) {
      const head = await app.call("HEAD", each, { headers: { cookie } });
      expect([head.status, head.headers.get("set-cookie")]).toEqual([405, null]);
      expect(head.headers.get("allow")).toMatch(/^GET/);
    }
    expect(acme.requests.length).toBe(requests);
    expect((await comeBack(app, "acme", parameters, cookie)).status).toBe(302);
  });
});

describe("20 callbacks with one state, on Postgres", () => {
  const app = useTestApp({ providers, settings });

  // security 73
  test("of which one is accepted", async () => {
    const { parameters, cookie } = await approved(app);
    const statuses = await race(
      20,
      async () => (await comeBack(app, "acme", parameters, cookie)).status,
    );
    expect(statuses.toSorted(ascending)).toEqual([302, ...Array.from({ length: 19 }, () => 400)]);
  });
});

describe("the cookie of a start", () => {
  const fruit = createFakeProvider("fruit", { responseMode: "form_post" });
  const app = useTestApp({
    providers: [acme, fruit],
    settings: { ...settings, PUBLIC_URL: "https://auth.example.com" },
  });
  const attributesOf = (setCookie: string | null) =>
    (setCookie ?? "")
      .split("; ")
      .slice(1)
      .map((each) => each.toLowerCase())
      .toSorted();

  // security 73
  test("is of this host only, for ten minutes, 128 bits, and hidden from scripts", async () => {
    const { answer, cookie } = await startAt(app, acme);
    expect(cookie).toMatch(/^__Host-gatehouse_oauth=[\w-]{22}$/);
    expect(attributesOf(answer.headers.get("set-cookie"))).toEqual([
      "httponly",
      "max-age=600",
      "path=/",
      "samesite=lax",
      "secure",
    ]);
    expect(acme.requests.at(-1)?.redirectUri).toBe(
      "https://auth.example.com/api/v1/auth/oauth/acme/callback",
    );
  });

  test("is sent with a cross-site form only where the provider posts one", async () => {
    const { answer, cookie } = await startAt(app, fruit);
    expect(cookie).toMatch(/^__Host-gatehouse_oauth_post=[\w-]{22}$/);
    expect(attributesOf(answer.headers.get("set-cookie"))).toEqual([
      "httponly",
      "max-age=600",
      "path=/",
      "samesite=none",
      "secure",
    ]);
  });
});
