import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import type { Deviation } from "../support/authenticator.ts";
import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import { meanwhile } from "../support/held-rows.ts";
import { signUp } from "../support/journey.ts";
import { openSessionsOf } from "../support/magic-link.ts";
import {
  addPasskey,
  askToRegister,
  askToSignIn,
  newPasskey,
  ownPasskeys,
  sendAssertion,
  signInWithPasskey,
} from "../support/passkeys.ts";
import { race } from "../support/race.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

afterEach(() => void setSystemTime());

const text = (value: string) => Buffer.from(value).toString("base64url");

/** Each check of WebAuthn Level 3 §7.2 with a response that fails it alone. */
const deviations: readonly (readonly [
  check: string,
  how: string,
  Deviation & { challengeId?: string },
])[] = [
  ["malformed", "client data without members", { clientDataJSON: text("{}") }],
  ["malformed", "short authenticator data", { authenticatorData: text("short") }],
  ["malformed", "a raw id that is not the id", { rawId: "another" }],
  ["unknown_passkey", "an unknown id", { statedId: text("unknown") }],
  ["wrong_user_handle", "another user", { userHandle: text("another user") }],
  ["wrong_user_handle", "no user", { userHandle: null }],
  ["wrong_type", "a registration", { type: "webauthn.create" }],
  ["wrong_challenge", "a challenge of the client", { challenge: "AAAAAAAAAAAAAAAAAAAAAA" }],
  ["wrong_challenge", "another id", { challengeId: "019aa000-0000-7000-8000-000000000000" }],
  ["wrong_challenge", "no id", { challengeId: "no-id" }],
  ["wrong_origin", "another site", { origin: "https://evil.example" }],
  ["cross_origin", "a frame in another site", { crossOrigin: true }],
  ["cross_origin", "a page in another site", { topOrigin: "https://evil.example" }],
  ["wrong_relying_party", "another relying party", { rpId: "evil.example" }],
  ["user_not_present", "no user", { flags: { up: false } }],
  ["user_not_verified", "no fingerprint or PIN", { flags: { uv: false } }],
  ["inconsistent_backup", "a backup of a key without backups", { flags: { be: false, bs: true } }],
  [
    "changed_backup_eligibility",
    "a key that was eligible for backup",
    { flags: { be: false, bs: false } },
  ],
  ["wrong_signature", "zeros", { signature: new Uint8Array(70) }],
];

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  test.each(["ES256", "EdDSA"] as const)("a passkey signs its user in (%s)", async (algorithm) => {
    const user = await signUp(app);
    const { passkey, id } = await addPasskey(app, user.accessToken, algorithm);
    const options = await askToSignIn(app);
    expect<object>(options).toEqual({
      challenge_id: expect.any(String),
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      rpId: "localhost",
      timeout: 300_000,
      allowCredentials: [],
      userVerification: "required",
    });
    const answer = await sendAssertion(app, {
      challenge_id: options.challenge_id,
      ...passkey.get(options, { flags: { bs: false } }),
    });
    expect(answer.status).toBe(200);
    expect(answer.json.data.user_id).toBe(user.userId);
    const { access_token: accessToken } = answer.json.data;
    // A verified user with a device: two factors (RFC 8176 §2).
    expect(decodeToken(accessToken).claims["amr"]).toEqual(["pop", "user", "mfa"]);
    expect(await statusOfMe(app, accessToken)).toBe(200);
    const listed = await app.call("GET", ownPasskeys, { bearer: accessToken });
    expect(listed.json.data.items).toMatchObject([
      { id, backed_up: false, last_used_at: expect.stringMatching(/Z$/) },
    ]);
    expect(await auditOf(app, answer)).toMatchObject([
      { action: "user.login", result: "success", detail: { by: "passkey" } },
    ]);
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  // security 91
  test.each(deviations)("%s: %s is refused", async (check, _how, deviation) => {
    const user = await signUp(app);
    const { passkey } = await addPasskey(app, user.accessToken);
    const sessions = await openSessionsOf(app, user.userId);
    const answer = await signInWithPasskey(app, passkey, deviation);
    expect([answer.status, answer.json.error]).toEqual([
      401,
      { code: "INVALID_CREDENTIALS", message: "The passkey is not accepted." },
    ]);
    expect(await auditOf(app, answer)).toMatchObject([
      { action: "user.login", result: "failure", detail: { by: "passkey", reason: check } },
    ]);
    expect(await openSessionsOf(app, user.userId)).toEqual(sessions);
  });

  // security 91
  test("a challenge works once, for a sign-in alone, and five minutes", async () => {
    const user = await signUp(app);
    const { passkey } = await addPasskey(app, user.accessToken);
    const options = await askToSignIn(app);
    const assertion = { challenge_id: options.challenge_id, ...passkey.get(options) };
    expect((await sendAssertion(app, assertion)).status).toBe(200);
    expect((await sendAssertion(app, assertion)).status).toBe(401);
    // Two challenges that are mixed up.
    const [one, other] = [await askToSignIn(app), await askToSignIn(app)];
    const mixed = { challenge_id: one.challenge_id, ...passkey.get(other) };
    expect((await sendAssertion(app, mixed)).status).toBe(401);
    // One of a registration, whose id the database has.
    const { data } = (await askToRegister(app, user.accessToken)).json;
    const [row] = await app.rows(
      `select id from passkey_challenges where challenge = '${data.challenge}'`,
    );
    const reused = { challenge_id: row?.["id"], ...passkey.get(data) };
    expect((await sendAssertion(app, reused)).status).toBe(401);
    const late = await askToSignIn(app);
    setSystemTime(Date.now() + 5 * 60_000 + 1);
    const expired = { challenge_id: late.challenge_id, ...passkey.get(late) };
    expect((await sendAssertion(app, expired)).status).toBe(401);
  });

  // security 91
  test("20 parallel requests with the same assertion open one session", async () => {
    const user = await signUp(app);
    const { passkey } = await addPasskey(app, user.accessToken);
    const before = await openSessionsOf(app, user.userId);
    const options = await askToSignIn(app);
    const assertion = { challenge_id: options.challenge_id, ...passkey.get(options) };
    const replica = await app.replica();
    const answers = await race(20, (index) =>
      sendAssertion(index % 2 === 0 ? app : replica, assertion),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 401),
    ]);
    expect(await openSessionsOf(app, user.userId)).toHaveLength(before.length + 1);
  });

  // security 91
  test("a signature counter that does not increase is refused and recorded", async () => {
    const user = await signUp(app);
    const { passkey } = await addPasskey(app, user.accessToken);
    const signIn = (signCount: number) => signInWithPasskey(app, passkey, { signCount });
    expect((await signIn(0)).status).toBe(200);
    expect((await signIn(7)).status).toBe(200);
    for (const signCount of [7, 6, 0]) {
      const answer = await signIn(signCount);
      expect(answer.status).toBe(401);
      expect(await auditOf(app, answer)).toMatchObject([
        {
          action: "user.login",
          result: "failure",
          user_id: user.userId,
          detail: { reason: "sign_count_regress" },
        },
      ]);
    }
    expect((await signIn(8)).status).toBe(200);
  });

  // Attack: a key and its copy, with the same counter, at the same time.
  // security 91
  test("of 20 parallel assertions with the same counter one opens a session", async () => {
    const user = await signUp(app);
    const { passkey } = await addPasskey(app, user.accessToken);
    const challenges = await Promise.all(Array.from({ length: 20 }, () => askToSignIn(app)));
    const assertions = challenges.map((options) => ({
      challenge_id: options.challenge_id,
      ...passkey.get(options, { signCount: 1 }),
    }));
    const answers = await race(20, (index) => sendAssertion(app, assertions[index]));
    const counts = Map.groupBy(answers, ({ status }) => status);
    expect([counts.get(200)?.length, counts.get(401)?.length]).toEqual([1, 19]);
  });

  test("a disabled or deleted user's passkey opens no session", async () => {
    for (const change of ["disabled_at = now()", "deleted_at = now()"]) {
      const user = await signUp(app);
      const { passkey } = await addPasskey(app, user.accessToken);
      await app.rows(`update users set ${change} where id = '${user.userId}'`);
      expect((await signInWithPasskey(app, passkey)).status).toBe(401);
    }
  });

  test("a passkey that is removed while the sign-in waits opens no session", async () => {
    const user = await signUp(app);
    const { passkey, id } = await addPasskey(app, user.accessToken);
    const answer = await meanwhile(
      app,
      `select id from users where id = '${user.userId}' for no key update;
       delete from passkeys where id = '${id}'`,
      () => signInWithPasskey(app, passkey),
    );
    expect(answer.status).toBe(401);
    expect(await openSessionsOf(app, user.userId)).toHaveLength(1);
  });

  // security 91: nothing in the options depends on a user, and an unknown passkey gets the response of a wrong one
  test("the options of a sign-in name no user", async () => {
    const stranger = newPasskey();
    stranger.userHandle = text("a user");
    const answer = await signInWithPasskey(app, stranger);
    expect([answer.status, answer.json.error.message]).toEqual([
      401,
      "The passkey is not accepted.",
    ]);
  });

  test("a user who is not verified is told so once the passkey was right", async () => {
    const user = await signUp(app);
    const { passkey } = await addPasskey(app, user.accessToken);
    await app.rows(`update users set email_verified_at = null where id = '${user.userId}'`);
    const answer = await signInWithPasskey(app, passkey);
    expect([answer.status, answer.json.error.code]).toEqual([403, "EMAIL_NOT_VERIFIED"]);
  });
});
