import { expect, test } from "bun:test";

import { databaseDump } from "../support/database-dump.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, mailTo } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({ settings: { BCRYPT_COST: "5" } });

const password = "Unmistakable-Passphrase-7!";

/** A whole journey and its failures; every response of it. */
async function walk(email: string): Promise<Answer[]> {
  const register = { email, password };
  const answers = [
    await app.post("/api/v1/auth/register", register),
    await app.post("/api/v1/auth/register", register),
    await app.post("/api/v1/auth/register", { ...register, email: "no address" }),
    await app.post("/api/v1/auth/register", { ...register, password_confirmation: "Other" }),
    await app.post("/api/v1/auth/login", register),
  ];
  const { token } = await mailTo(app, email);
  answers.push(
    await app.post("/api/v1/auth/verify-email", { token }),
    await app.post("/api/v1/auth/login", { email, password: `${password}wrong` }),
    await app.post("/api/v1/auth/login", { email, password, unknown: true }),
    await app.post("/api/v1/auth/login", register),
  );
  const bearer: string = answers.at(-1)?.json.data.access_token;
  answers.push(await app.call("GET", "/api/v1/users/me", { bearer }));
  return answers;
}

// security 7
test("equal passwords have different hashes of the configured cost, and neither is found elsewhere", async () => {
  const emails = [freshEmail(), freshEmail(), freshEmail()];
  const walks = await Promise.all(emails.map(walk));
  for (const answers of walks) {
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([201, 400, 400, 400, 403, 200, 401, 400, 200, 200]);
  }

  const rows = await app.rows("select password_hash from users");
  const hashes = rows.map((row) => String(row["password_hash"]));
  expect(hashes).toHaveLength(3);
  expect(new Set(hashes).size).toBe(3);
  for (const hash of hashes) expect(hash).toMatch(/^\$2b\$05\$[./A-Za-z0-9]{53}$/);

  const dump = (await databaseDump(app)).split("\n");
  const beyondUsers = dump.filter((line) => !line.startsWith("users ")).join("\n");
  const mails = app.mailer.sent.map(({ raw }) => raw).join("\n");
  const said = walks
    .flat()
    .map(({ text, headers }) => text + JSON.stringify([...headers]))
    .join("\n");
  for (const place of [said, beyondUsers, mails, app.log.join("\n")]) {
    expect(place.length).toBeGreaterThan(100);
    for (const secret of [...hashes, password]) expect(place).not.toContain(secret);
  }
  expect(dump.join("\n")).not.toContain(password);
});
