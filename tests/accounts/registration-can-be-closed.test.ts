import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { importFile } from "../support/import-users.ts";
import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { askForEmail } from "../support/own-account.ts";
import { signUpWith } from "../support/roles.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { outcomeOf, usersApi } from "../support/user-administration.ts";
import { watchHasher } from "../support/watch-hasher.ts";

const path = "/api/v1/auth/register";

function addressAt(domain: string): string {
  return `user-${Bun.randomUUIDv7()}@${domain}`;
}

describe.each([
  ["invite", { REGISTRATION: "invite" }],
  ["closed", { REGISTRATION: "closed" }],
  ["closed, with concealed accounts", { REGISTRATION: "closed", CONCEAL_ACCOUNTS: "true" }],
] as const)("with registration %s", (_name, settings) => {
  const app = useTestApp({ settings });

  test("every registration is refused alike, before any hashing, and recorded", async () => {
    const known = await signInAdmin(app);
    const accounts = () => app.rows("select count(*)::int as users from users");
    const before = [await accounts(), app.mailer.sent.length];
    const work = watchHasher(app);
    const answers = [];
    for (const json of [
      { email: known.email, password: goodPassword },
      { email: freshEmail(), password: goodPassword },
      { email: "no address", password: "weak" },
    ]) {
      const answer = await app.post(path, json);
      expect([answer.status, answer.json.error.code]).toEqual([403, "REGISTRATION_CLOSED"]);
      expect(await auditOf(app, answer)).toMatchObject([
        { action: "user.registered", result: "failure", detail: { reason: "REGISTRATION_CLOSED" } },
      ]);
      answers.push(answer.json.error);
    }
    expect(new Set(answers.map((error) => JSON.stringify(error))).size).toBe(1);
    expect(work).toEqual({ hashed: 0, compared: [] });
    expect([await accounts(), app.mailer.sent.length]).toEqual(before);
  });

  test("users with users:write invite, and the operator imports; the owner chooses the password", async () => {
    const users = usersApi(app, await signInAdmin(app));
    const [invited, imported] = [freshEmail(), freshEmail()];
    expect((await users.create({ email: invited })).status).toBe(201);
    const mail = await mailTo(app, invited);
    const chosen = { token: mail.token, password: goodPassword };
    expect((await app.post("/api/v1/auth/password/reset-confirm", chosen)).status).toBe(200);
    expect((await logIn(app, { email: invited, password: goodPassword })).status).toBe(200);
    const counts = await importFile(app, JSON.stringify({ email: imported }));
    expect([counts.imported, counts.refused]).toEqual([1, 0]);
  });
});

test("the message says whether registration is closed or by invitation", async () => {
  const messages = [];
  for (const REGISTRATION of ["closed", "invite"]) {
    await using app = await startTestApp({ settings: { REGISTRATION } });
    const { json } = await app.post(path, { email: freshEmail(), password: goodPassword });
    messages.push(json.error.message);
  }
  expect(messages).toEqual(["Registration is closed.", "Registration is by invitation."]);
});

describe.each([
  ["open", { CONCEAL_ACCOUNTS: "false" }],
  ["concealed", { CONCEAL_ACCOUNTS: "true" }],
] as const)("with a list of domains, and %s accounts,", (_name, settings) => {
  const app = useTestApp({
    settings: { ...settings, ALLOWED_EMAIL_DOMAINS: "Example.com, bücher.example" },
  });

  test("addresses of these domains register, in any spelling", async () => {
    for (const domain of [
      "example.com",
      "EXAMPLE.COM",
      "bücher.example",
      "xn--bcher-kva.example",
    ]) {
      const answer = await app.post(path, { email: addressAt(domain), password: goodPassword });
      expect([domain, answer.status]).toEqual([domain, 201]);
    }
  });

  test("any other domain is refused, whether it has an account or not, before any hashing", async () => {
    const known = addressAt("elsewhere.example");
    await importFile(app, JSON.stringify({ email: known }));
    const work = watchHasher(app);
    for (const email of [
      known,
      addressAt("elsewhere.example"),
      addressAt("sub.example.com"),
      addressAt("example.com.evil.example"),
      addressAt("notexample.com"),
      addressAt("example.co"),
      "example.com@elsewhere.example",
    ]) {
      const answer = await app.post(path, { email, password: goodPassword });
      expect([email, ...outcomeOf(answer)]).toEqual([email, 403, "REGISTRATION_CLOSED", "email"]);
      expect(answer.text).not.toContain(email);
      expect(await auditOf(app, answer)).toMatchObject([
        { action: "user.registered", result: "failure" },
      ]);
    }
    expect(work).toEqual({ hashed: 0, compared: [] });
  });

  describe("a change of the address", () => {
    let member: Awaited<ReturnType<typeof signUpWith>>;
    let administrator: Awaited<ReturnType<typeof signUpWith>>;

    beforeAll(async () => {
      member = await signUpWith(app, []);
      administrator = await signUpWith(app, ["users:write"]);
    });

    test("is refused to another domain, and accepted within the list", async () => {
      const work = watchHasher(app);
      const refused = await askForEmail(app, member, addressAt("elsewhere.example"));
      expect(outcomeOf(refused)).toEqual([403, "REGISTRATION_CLOSED", "new_email"]);
      expect(work.compared).toEqual([]);
      expect(await auditOf(app, refused)).toMatchObject([
        { action: "user.email_change_requested", result: "failure", user_id: member.userId },
      ]);
      expect((await askForEmail(app, member, addressAt("example.com"))).status).toBe(202);
    });

    test("does not bind users with users:write, who also invite and name any address", async () => {
      const elsewhere = addressAt("elsewhere.example");
      expect((await askForEmail(app, administrator, elsewhere)).status).toBe(202);
      const users = usersApi(app, administrator);
      expect((await users.create({ email: addressAt("elsewhere.example") })).status).toBe(201);
    });
  });
});
