import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { goodPassword, logIn, registerVerified, signUp } from "../support/journey.ts";
import { mailOfKind, mailsOfKind } from "../support/mail-of-kind.ts";
import {
  askForReset,
  changePassword,
  confirmReset,
  newPassword,
  outcomeOf,
  signUpTwice,
} from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { outcomeOfRefresh, refreshGrant, statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("a password reset on %s", (database) => {
  const app = useTestApp({ database });

  /** The passwords among these that sign the user in. */
  async function validPasswords(email: string, passwords: readonly string[]): Promise<string[]> {
    const valid: string[] = [];
    for (const password of passwords) {
      if ((await logIn(app, { email, password })).status === 200) valid.push(password);
    }
    return valid;
  }

  test("replaces the old password", async () => {
    const { email } = await registerVerified(app);
    const reset = await confirmReset(app, await askForReset(app, email));
    expect(outcomeOf(reset)).toEqual([200, null]);
    expect(await validPasswords(email, [goodPassword, newPassword])).toEqual([newPassword]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // part of security 48, 68
  test("ends every session and does not sign in", async () => {
    const { user, elsewhere, stranger } = await signUpTwice(app);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);

    const reset = await confirmReset(app, await askForReset(app, user.email));
    expect(Object.keys(reset.json.data)).toEqual(["message"]);
    expect(reset.headers.get("set-cookie")).toBeNull();
    for (const { accessToken, refreshToken } of [user, elsewhere]) {
      expect(await statusOfMe(app, accessToken)).toBe(401);
      expect(await outcomeOfRefresh(app, refreshToken)).toEqual([401, "INVALID_TOKEN"]);
      expect((await refreshGrant(app, refreshToken)).status).toBe(400);
    }
    expect(await statusOfMe(app, stranger.accessToken)).toBe(200);
    expect(
      await app.rows(
        `select count(*)::int as sessions, count(*) filter (where ended_at is null)::int as active
         from sessions where user_id = '${user.userId}'`,
      ),
    ).toEqual([{ sessions: 2, active: 0 }]);
  });

  // Attack: a thief who has seen a link uses it at the same time as its owner.
  // security 56; part of security 68
  test("succeeds once of 20 concurrent requests: one password, one notice, one event", async () => {
    const { userId, email } = await registerVerified(app);
    const token = await askForReset(app, email);
    const passwords = Array.from({ length: 20 }, (_, index) => `Racing-Passphrase-${index}!`);
    const answers = await race(20, (index) => confirmReset(app, token, passwords[index]));

    const winner = answers.findIndex(({ status }) => status === 200);
    const outcomes = answers.map(outcomeOf);
    expect(outcomes.filter(([status]) => status === 200)).toHaveLength(1);
    expect(outcomes.filter(([, code]) => code === "INVALID_TOKEN")).toHaveLength(19);
    expect(await validPasswords(email, passwords)).toEqual([String(passwords[winner])]);

    await mailOfKind(app, "password-changed", email);
    expect(mailsOfKind(app, "password-changed", email)).toHaveLength(1);
    expect(
      await app.rows(
        `select count(*)::int as count from events
         where type = 'user.password_changed' and user_id = '${userId}'`,
      ),
    ).toEqual([{ count: 1 }]);
    const recorded = await app.rows(
      `select result, sum(coalesce((detail->>'count')::int, 1))::int as count from audit_log
       where action = 'user.password_changed' and detail->>'by' = 'reset'
         and request_id in (${answers.map(({ headers }) => `'${headers.get("x-request-id")}'`).join()})
       group by result order by result`,
    );
    expect(recorded).toEqual([
      { result: "failure", count: 19 },
      { result: "success", count: 1 },
    ]);
  });

  // Attack: a thief uses a link at the same time as the change that revokes it.
  // security 64
  test("and a concurrent change of password: one of them succeeds", async () => {
    for (let round = 1; round <= 5; round += 1) {
      const user = await signUp(app);
      const token = await askForReset(app, user.email);
      const [byThief, byOwner] = ["Thievish-Passphrase-1!", "Rightful-Passphrase-1!"];
      const [reset, changed] = await race(2, (index) =>
        index === 0 ? confirmReset(app, token, byThief) : changePassword(app, user, byOwner),
      );
      const hasReset = reset?.status === 200;
      expect([reset?.status, changed?.status]).toEqual(hasReset ? [200, 401] : [401, 200]);
      expect(await validPasswords(user.email, [goodPassword, byThief, byOwner])).toEqual([
        hasReset ? byThief : byOwner,
      ]);
      expect(await statusOfMe(app, user.accessToken)).toBe(hasReset ? 401 : 200);
    }
  });

  // security 53, 64; part of security 68
  // Attack: asking for another user's mails until the user's own link is void.
  // security 154
  test("leaves earlier links usable; the use of one revokes those of all other mails", async () => {
    const { email } = await registerVerified(app);
    await app.post("/api/v1/auth/magic-link", { email });
    const magic = await mailOfKind(app, "magic-link", email);
    const earlier = await askForReset(app, email);
    const later = await askForReset(app, email, 2);
    expect(outcomeOf(await confirmReset(app, earlier))).toEqual([200, null]);
    expect(outcomeOf(await confirmReset(app, later))).toEqual([401, "INVALID_TOKEN"]);
    const byLink = await app.post("/api/v1/auth/magic-link/verify", { token: magic.token });
    expect(outcomeOf(byLink)).toEqual([401, "INVALID_TOKEN"]);
    expect(outcomeOf(await confirmReset(app, later, "Third-Passphrase-1!"))).toEqual([
      401,
      "INVALID_TOKEN",
    ]);
    expect(await validPasswords(email, [newPassword, "Third-Passphrase-1!"])).toEqual([
      newPassword,
    ]);
  });
});
