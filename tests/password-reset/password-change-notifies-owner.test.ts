import { expect, test } from "bun:test";

import { databaseDump } from "../support/database-dump.ts";
import { signUp } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import {
  askForReset,
  changePassword,
  confirmReset,
  newPassword,
} from "../support/password-reset.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

const userAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const headers = { "user-agent": userAgent };

/** What was announced of a user's passwords. */
async function announced(userId: string): Promise<unknown[]> {
  const rows = await app.rows(
    `select type, payload->'data' as data, sealed from events
     where user_id = '${userId}' and type like 'user.password%' order by position, id`,
  );
  return rows.map(({ type, data, sealed }) => [type, data, sealed]);
}

// part of security 68
test("notifies of a reset, with its source", async () => {
  const user = await signUp(app);
  const token = await askForReset(app, user.email);
  await confirmReset(app, token, newPassword, { headers });
  const { text, html } = await mailOfKind(app, "password-changed", user.email);
  expect(text).toContain("127.0.0.1");
  for (const secret of [token, newPassword, user.password])
    expect(text + html).not.toContain(secret);
  const data = { user_id: user.userId, email: user.email };
  expect(await announced(user.userId)).toEqual([
    ["user.password_reset_requested", data, null],
    ["user.password_changed", data, null],
  ]);
});

test("notifies of a change, with its source", async () => {
  const user = await signUp(app);
  await changePassword(app, user);
  const { text } = await mailOfKind(app, "password-changed", user.email);
  expect(text).toContain("127.0.0.1");
  const data = { user_id: user.userId, email: user.email };
  expect(await announced(user.userId)).toEqual([["user.password_changed", data, null]]);
});

// security 7
test("no password and no hash is stored outside the users' rows", async () => {
  const user = await signUp(app);
  const token = await askForReset(app, user.email);
  const unmistakable = "Unmistakable-Passphrase-7!";
  const reset = await confirmReset(app, token, unmistakable);
  const [row] = await app.rows(`select password_hash from users where id = '${user.userId}'`);
  const dump = (await databaseDump(app)).split("\n");
  const beyondUsers = dump.filter((line) => !line.startsWith("users ")).join("\n");
  const mails = app.mailer.sent.map(({ raw }) => raw).join("\n");
  for (const place of [beyondUsers, mails, app.log.join("\n"), reset.text]) {
    expect(place).not.toContain(unmistakable);
    expect(place).not.toContain(String(row?.["password_hash"]));
  }
  expect(dump.join("\n")).not.toContain(unmistakable);
});
