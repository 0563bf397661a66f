import { beforeAll, expect, test } from "bun:test";

import { sendDueReminders } from "../../src/features/email-verification/index.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { meanwhile } from "../support/held-rows.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, type SignedInUser } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { confirmEmail, deleteAccount, mailedChange } from "../support/own-account.ts";
import { askForReset, changePassword, confirmReset } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { refresh } from "../support/session-calls.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const first = useTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });
let app: TestApp;

beforeAll(async () => {
  // Who waits in a circle is not freed by the server after a second, but waits until the request fails.
  await first.rows(`do $$ begin
    execute format('alter database %I set deadlock_timeout = ''1min''', current_database());
  end $$`);
  app = await first.replica();
});

/** A user with a link or code of every kind. */
async function wellMailed(): Promise<SignedInUser & Mails> {
  const email = freshEmail();
  const { data } = (await app.post("/api/v1/auth/register", { email, password: goodPassword }))
    .json;
  const user = {
    userId: String(data.user_id),
    email,
    password: goodPassword,
    accessToken: String(data.access_token),
    refreshToken: String(data.refresh_token),
  };
  return {
    ...user,
    verification: await mailOfKind(app, "verify-email", email),
    magic: await askForMagicLink(app, email),
    reset: await askForReset(app, email),
    change: (await mailedChange(app, user)).token,
  };
}

interface Mails {
  readonly verification: { token: string; code: string };
  readonly magic: { token: string; code: string };
  readonly reset: string;
  readonly change: string;
}

type Target = SignedInUser & Mails;

/** Every action that changes a user and the rows that depend on the user. */
const changes: Readonly<Record<string, (user: Target) => Promise<Answer | undefined>>> = {
  "verifying by link": ({ verification: { token } }) =>
    app.post("/api/v1/auth/verify-email", { token }),
  "verifying by code": ({ email, verification: { code } }) =>
    app.post("/api/v1/auth/verify", { email, code }),
  "signing in by link": ({ magic: { token } }) => signInByMail(app, { token }),
  "signing in by code": ({ email, magic: { code } }) => signInByMail(app, { email, code }),
  "resetting the password": ({ reset }) => confirmReset(app, reset),
  "changing the password": (user) => changePassword(app, user),
  "confirming an address": ({ change }) => confirmEmail(app, change),
  "logging out everywhere": ({ accessToken: bearer }) =>
    app.call("POST", "/api/v1/auth/logout-all", { bearer }),
  "deleting the account": ({ accessToken, password }) =>
    deleteAccount(app, accessToken, { password }),
  async reminding({ userId }) {
    await app.rows(
      `update users set created_at = now() - interval '25 hours' where id = '${userId}'`,
    );
    await sendDueReminders(createSystemContext(app.platform, "test"));
    return undefined;
  },
};

/** Actions that replace challenges, count a guess, or open and renew a session, in the meantime. */
const asking: readonly ((user: Target) => Promise<Answer>)[] = [
  ({ email }) => app.post("/api/v1/auth/resend-verification", { email }),
  ({ email }) => app.post("/api/v1/auth/magic-link", { email }),
  ({ email }) => app.post("/api/v1/auth/password/reset", { email }),
  ({ email }) => app.post("/api/v1/auth/verify", { email, code: "000000" }),
  ({ email }) => signInByMail(app, { email, code: "000000" }),
  (user) => logIn(app, user),
  ({ refreshToken }) => refresh(app, refreshToken),
];

// Bad day: two changes of one user, each of which has what the other one waits for.
test.each(Object.keys(changes))("%s locks the user's row first", async (name) => {
  const user = await wellMailed();
  const hold = `select from users where id = '${user.userId}' for no key update`;
  await meanwhile(
    app,
    hold,
    async () => changes[name]?.(user),
    async (tx) => {
      for (const table of ["mail_challenges", "sessions", "known_devices"]) {
        await tx.unsafe(`select from ${table} where user_id = '${user.userId}' for update nowait`);
      }
    },
  );
});

// part of security 129
test("no combination of concurrent actions on a user deadlocks", async () => {
  for (let round = 0; round < 5; round += 1) {
    const user = await wellMailed();
    const acts = [...Object.values(changes), ...asking];
    const answers = await race(2 * acts.length, async (index) => acts[index % acts.length]?.(user));
    const statuses = answers.map((answer) => answer?.status ?? 200);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
    expect(statuses).toContain(200);
  }
}, 60_000);
