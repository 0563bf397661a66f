import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { mailsTo } from "../support/mailbox.ts";
import {
  type MailingExecutable,
  registerByMail,
  startMailingExecutable,
} from "../support/mailing-executable.ts";
import { openRaw } from "../support/raw-http.ts";

setDefaultTimeout(60_000);

/** All bytes of the response to a POST, without the time, the address and a new user's id. */
async function bytesOf(
  { server }: MailingExecutable,
  path: string,
  { email, ...more }: { email: string } & Record<string, string>,
): Promise<string> {
  const isPage = !path.startsWith("/api/");
  const body = isPage
    ? new URLSearchParams({ email, ...more }).toString()
    : JSON.stringify({ email, ...more });
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: close",
    "X-Request-Id: one-and-the-same",
    `Content-Type: application/${isPage ? "x-www-form-urlencoded" : "json"}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const socket = await openRaw(server.url, `${head.join("\r\n")}\r\n\r\n${body}`);
  let text = "";
  socket.on("data", (chunk) => (text += chunk.toString("latin1")));
  await new Promise((closed) => socket.once("close", closed));
  return text
    .replace(/^date: .*$/im, "Date: <now>")
    .replace(/"timestamp":"[^"]+"/, '"timestamp":"<now>"')
    .replace(/"user_id":"[\da-f-]{36}"/, '"user_id":"<id>"')
    .replaceAll(email, "<email>");
}

describe.each([...databaseKinds])("with CONCEAL_ACCOUNTS, the executable on %s", (database) => {
  let running: MailingExecutable;

  beforeAll(async () => {
    const settings = { CONCEAL_ACCOUNTS: "true", VERIFY_REMINDERS: "3s" };
    running = await startMailingExecutable(database, settings);
  });

  afterAll(async () => {
    await running[Symbol.asyncDispose]();
  });

  test("sends one reminder to an unverified user, and none to others", async () => {
    const kinds = async (to: string): Promise<string[]> =>
      (await mailsTo(running.mail, to)).map(({ kind }) => kind);
    const { email: verified } = await registerByMail(running);
    const email = freshEmail();
    await running.post("/register", { email, password: goodPassword });
    const { token } = await running.mailOf("verify-reminder", email);
    expect((await running.post("/verify-email", { token })).status).toBe(200);
    const signedIn = await running.post("/login", { email, password: goodPassword });
    expect(signedIn.status).toBe(200);
    expect(await kinds(email)).toEqual(["verify-email", "verify-reminder"]);
    expect(await kinds(verified)).toEqual(["verify-email"]);
  });

  // security 12, 15
  // part of security 14
  test("responses for a known, an unverified and an unknown address are the same bytes", async () => {
    const { email: known } = await registerByMail(running);
    const { email: gone } = await registerByMail(running);
    const signedIn = await running.post("/login", { email: gone, password: goodPassword });
    const deleted = await running.server.call("DELETE", "/api/v1/users/me", {
      bearer: String(signedIn.json.data.access_token),
      json: { password: goodPassword },
    });
    expect(deleted.status).toBe(200);
    const unverified = freshEmail();
    await running.post("/register", { email: unverified, password: goodPassword });

    for (const [path, status, more] of [
      ["/api/v1/auth/password/reset", 202, {}],
      ["/api/v1/auth/magic-link", 202, {}],
      ["/api/v1/auth/resend-verification", 202, {}],
      ["/api/v1/auth/magic-link/verify", 401, { code: "000000" }],
      ["/api/v1/auth/verify", 401, { code: "000000" }],
      ["/api/v1/auth/login", 401, { password: "Not-the-password-1" }],
      ["/reset-password/resend", 200, {}],
      ["/magic-link/resend", 200, {}],
      ["/verify-email/resend", 200, {}],
      ["/api/v1/auth/register", 201, { password: goodPassword }],
    ] as const) {
      const answers: string[] = [];
      for (const email of [known, unverified, gone, freshEmail()]) {
        answers.push(await bytesOf(running, path, { email, ...more }));
      }
      expect(answers[0]).toStartWith(`HTTP/1.1 ${status} `);
      expect(new Set(answers).size).toBe(1);
    }
    // Only the owners are notified.
    for (const email of [known, unverified]) {
      const { token, code, text } = await running.mailOf("account-exists", email);
      expect([token, code]).toEqual(["", ""]);
      expect(text.length).toBeGreaterThan(100);
    }
    await running.mailOf("verify-email", gone, 2);
  });
});
