import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { mailsTo } from "../support/mailbox.ts";
import {
  type MailingExecutable,
  registerByMail,
  signInTo,
  startMailingExecutable,
} from "../support/mailing-executable.ts";
import { newPassword, outcomeOf } from "../support/password-reset.ts";

setDefaultTimeout(60_000);

type Outcome = ReturnType<typeof outcomeOf>;

const refused: Outcome = [401, "INVALID_CREDENTIALS"];
const done: Outcome = [200, null];

describe.each([...databaseKinds])("the executable with a mail server, on %s", (database) => {
  let running: MailingExecutable;

  beforeAll(async () => {
    running = await startMailingExecutable(database);
  });

  afterAll(async () => {
    await running[Symbol.asyncDispose]();
  });

  const post: MailingExecutable["post"] = (...call) => running.post(...call);
  const logIn = (email: string, password = goodPassword) => post("/login", { email, password });
  const withToken = (bearer: string) => ({ authorization: `Bearer ${bearer}` });
  const me = async (bearer: string): Promise<number> =>
    (await running.server.call("GET", "/api/v1/users/me", { bearer })).status;
  const outcomeOfLogIn = async (email: string, password?: string) =>
    outcomeOf(await logIn(email, password));

  test("one new user verifies with the link of the mail, another with the code", async () => {
    const emails = [freshEmail(), freshEmail()] as const;
    for (const email of emails) await post("/register", { email, password: goodPassword });
    const [byLink, byCode] = [
      await running.mailOf("verify-email", emails[0]),
      await running.mailOf("verify-email", emails[1]),
    ];
    expect(await outcomeOfLogIn(emails[0])).toEqual([403, "EMAIL_NOT_VERIFIED"]);
    const proofs: [string, Record<string, string>][] = [
      ["/verify-email", { token: byLink.token }],
      ["/verify", { email: emails[1], code: byCode.code }],
    ];
    for (const [path, json] of proofs) expect(outcomeOf(await post(path, json))).toEqual(done);
    for (const email of emails) expect(await outcomeOfLogIn(email)).toEqual(done);
  });

  test("a user who lost the mail gets another, and the first is void once that one is used", async () => {
    const email = freshEmail();
    await post("/register", { email, password: goodPassword });
    const lost = await running.mailOf("verify-email", email);
    expect((await post("/resend-verification", { email })).status).toBe(202);
    const { token } = await running.mailOf("verify-email", email, 2);
    expect(outcomeOf(await post("/verify-email", { token }))).toEqual(done);
    const late = await post("/verify-email", { token: lost.token });
    expect(outcomeOf(late)).toEqual([401, "INVALID_TOKEN"]);
  });

  test("a password reset ends all sessions and notifies the user", async () => {
    const { email } = await registerByMail(running);
    const before = await signInTo(running, email);
    expect((await post("/password/reset", { email })).status).toBe(202);
    const { token } = await running.mailOf("reset-password", email);
    expect(await me(before)).toBe(200);

    const confirmation = { token, password: newPassword, password_confirmation: newPassword };
    const reset = await post("/password/reset-confirm", confirmation);
    expect([...outcomeOf(reset), reset.json.data.access_token]).toEqual([...done, undefined]);
    expect(await me(before)).toBe(401);
    expect(await outcomeOfLogIn(email)).toEqual(refused);
    expect(await outcomeOfLogIn(email, newPassword)).toEqual(done);
    const again = await post("/password/reset-confirm", confirmation);
    expect(outcomeOf(again)).toEqual([401, "INVALID_TOKEN"]);
    const notice = await running.mailOf("password-changed", email);
    expect(notice.text).toContain("127.0.0.1");
    expect([notice.token, notice.code]).toEqual(["", ""]);
  });

  test("a password change ends the other sessions and notifies the user", async () => {
    const { email } = await registerByMail(running);
    const [here, elsewhere] = [await signInTo(running, email), await signInTo(running, email)];
    const change = { current_password: goodPassword, new_password: newPassword };
    const changed = await post("/password/change", change, withToken(here));
    expect(outcomeOf(changed)).toEqual(done);
    expect([await me(here), await me(elsewhere)]).toEqual([200, 401]);
    expect(await outcomeOfLogIn(email)).toEqual(refused);
    expect(await outcomeOfLogIn(email, newPassword)).toEqual(done);
    await running.mailOf("password-changed", email);
  });

  test("a magic-link mail signs in with its link or its code, once", async () => {
    const { email } = await registerByMail(running);
    const verify = (proof: Record<string, string>): Promise<Answer> =>
      post("/magic-link/verify", proof);
    const mails = [];
    for (const count of [1, 2]) {
      expect((await post("/magic-link", { email })).status).toBe(202);
      const { token, code } = await running.mailOf("magic-link", email, count);
      const proofs = [{ token }, { email, code }];
      const [first = {}, second = {}] = count === 1 ? proofs : proofs.toReversed();
      const signedIn = await verify(first);
      expect([signedIn.status, signedIn.json.data.user.email]).toEqual([200, email]);
      expect(await me(String(signedIn.json.data.access_token))).toBe(200);
      mails.push(outcomeOf(await verify(second)));
    }
    expect(mails).toEqual([
      [401, "INVALID_CODE"],
      [401, "INVALID_TOKEN"],
    ]);
  });

  // Attack: registering another person's address, to have access to the account when its owner signs in.
  test("an impostor's access ends when the mailbox owner signs in by mail", async () => {
    const email = freshEmail();
    await post("/register", { email, password: "Impostor-Password-1" });
    await post("/magic-link", { email });
    const { code } = await running.mailOf("magic-link", email);
    const signedIn = await post("/magic-link/verify", { email, code });
    expect([signedIn.status, signedIn.json.data.user.email_verified]).toEqual([200, true]);
    expect(await outcomeOfLogIn(email, "Impostor-Password-1")).toEqual(refused);
  });

  test("an email change is confirmed at the new address and reported to the old one", async () => {
    const { email } = await registerByMail(running);
    const bearer = await signInTo(running, email);
    const newEmail = freshEmail();
    const change = { new_email: newEmail, password: goodPassword };
    expect((await post("/email/change", change, withToken(bearer))).status).toBe(202);
    const asked = await running.mailOf("email-changed", email);
    const { token } = await running.mailOf("change-email", newEmail);
    expect([asked.token, await me(bearer)]).toEqual(["", 200]);

    const confirmed = await post("/email/change-confirm", { token });
    expect([confirmed.status, confirmed.json.data.email]).toEqual([200, newEmail]);
    const told = await running.mailOf("email-changed", email, 2);
    expect(told.text).not.toBe(asked.text);
    expect(await me(bearer)).toBe(401);
    expect(await outcomeOfLogIn(email)).toEqual(refused);
    expect(await outcomeOfLogIn(newEmail)).toEqual(done);
  });

  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

  test("every way to sign in from a new device sends a notice", async () => {
    const { email } = await registerByMail(running);
    for (const version of ["128.0", "133.0"]) {
      await signInTo(running, email, { userAgent: `Mozilla/5.0 (X11) Firefox/${version}` });
    }
    await post("/magic-link", { email });
    const { token } = await running.mailOf("magic-link", email);
    await post("/magic-link/verify", { token }, { "user-agent": phone });
    const notice = await running.mailOf("new-sign-in", email);
    expect(notice.text).toContain("Safari");
    expect(notice.text).toContain("127.0.0.1");
    const notices = (await mailsTo(running.mail, email)).filter(
      ({ kind }) => kind === "new-sign-in",
    );
    expect(notices).toHaveLength(1);
  });

  test("account deletion signs the user out, revokes the links and frees the address", async () => {
    const { email, userId } = await registerByMail(running);
    const bearer = await signInTo(running, email);
    await post("/magic-link", { email });
    const { token } = await running.mailOf("magic-link", email);
    const deleteMe = (password: string): Promise<Answer> =>
      running.server.call("DELETE", "/api/v1/users/me", { bearer, json: { password } });
    expect(outcomeOf(await deleteMe("Another-password-1"))).toEqual(refused);
    expect(outcomeOf(await deleteMe(goodPassword))).toEqual(done);
    expect(await me(bearer)).toBe(401);
    expect(await outcomeOfLogIn(email)).toEqual(refused);
    const byMail = await post("/magic-link/verify", { token });
    expect(outcomeOf(byMail)).toEqual([401, "INVALID_TOKEN"]);
    const anew = await post("/register", { email, password: goodPassword });
    expect(anew.status).toBe(201);
    expect(anew.json.data.user_id).not.toBe(userId);
    await running.mailOf("verify-email", email, 2);
  });

  test("mails are in the user's language", async () => {
    const { email } = await registerByMail(running);
    const english = await running.mailOf("verify-email", email);
    const bearer = await signInTo(running, email);
    const profile = { bearer, json: { locale: "de-AT" } };
    expect((await running.server.call("PATCH", "/api/v1/users/me", profile)).status).toBe(200);
    await post("/password/reset", { email });
    const german = await running.mailOf("reset-password", email);
    expect(german.subject).toMatch(/Passwort/);
    expect(english.subject).not.toMatch(/bestätigen/);
  });
});
