import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { databaseDump } from "../support/database-dump.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const minutes = 60_000;
const hours = 60 * minutes;

describe.each([...databaseKinds])("a verification mail's link and code, on %s", (database) => {
  const app = useTestApp({ database });

  afterEach(() => {
    setSystemTime();
  });

  /** Registers, and gives the address and what its mail holds. */
  async function newcomer(): Promise<{ email: string; token: string; code: string }> {
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    return { email, ...pick(await mailTo(app, email)) };
  }

  async function post(path: string, body: unknown): Promise<[number, unknown]> {
    const answer = await app.post(`/api/v1/auth/${path}`, body);
    return [answer.status, answer.json.error?.code ?? null];
  }

  // security 53
  test("are random, and not stored in the database", async () => {
    const mails = await Promise.all(Array.from({ length: 8 }, newcomer));
    for (const { token, code } of mails) {
      // 160 bits in base64url; six digits.
      expect(token).toMatch(/^[\w-]{27}$/);
      expect(code).toMatch(/^\d{6}$/);
    }
    expect(new Set(mails.map(({ token }) => token)).size).toBe(8);
    expect(new Set(mails.map(({ code }) => code)).size).toBeGreaterThan(6);

    const dump = await databaseDump(app);
    for (const { email, token, code } of mails) {
      expect(dump).toContain(email);
      expect(dump).not.toContain(token);
      // As a value of its own: the fractions of a second have six digits too.
      expect(dump).not.toMatch(new RegExp(`[(,"]${code}[),"]`));
    }
    expect(app.log.join("\n")).not.toContain(mails[0]?.token ?? "");
    const delivered = await app.rows(
      "select sealed from outbox where topic = 'mail' and delivered_at is not null and sealed is not null",
    );
    expect(delivered).toEqual([]);
  });

  // security 53
  test("the link works once, and revokes the code", async () => {
    const { email, token, code } = await newcomer();
    expect(await post("verify-email", { token })).toEqual([200, null]);
    expect(await post("verify-email", { token })).toEqual([401, "INVALID_TOKEN"]);
    expect(await post("verify", { email, code })).toEqual([401, "INVALID_CODE"]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 54
  test("the code works once, and revokes the link", async () => {
    const { email, token, code } = await newcomer();
    expect(await post("verify", { email, code })).toEqual([200, null]);
    expect(await post("verify", { email, code })).toEqual([401, "INVALID_CODE"]);
    expect(await post("verify-email", { token })).toEqual([401, "INVALID_TOKEN"]);
  });

  // security 53, 54
  test("the code expires after 10 minutes, the link after 24 hours", async () => {
    const [first, second] = [await newcomer(), await newcomer()];
    const start = Date.now();
    setSystemTime(start + 10 * minutes - 5_000);
    expect(await post("verify", { email: first.email, code: first.code })).toEqual([200, null]);
    setSystemTime(start + 10 * minutes);
    expect(await post("verify", { email: second.email, code: second.code })).toEqual([
      401,
      "INVALID_CODE",
    ]);

    setSystemTime(start + 24 * hours);
    const body = { token: second.token };
    expect(await post("verify-email", body)).toEqual([401, "EXPIRED_TOKEN"]);
    expect(await post("verify-email", body)).toEqual([401, "EXPIRED_TOKEN"]);
    // Told apart from a used one; and not used up by having come too late.
    setSystemTime(start + 24 * hours - 5_000);
    expect(await post("verify-email", body)).toEqual([200, null]);
    expect(await post("verify-email", body)).toEqual([401, "INVALID_TOKEN"]);
  });

  // security 154
  test("a new mail leaves the link and code of the old one usable, and the use of one revokes both", async () => {
    const { email, token, code } = await newcomer();
    await post("resend-verification", { email });
    const fresh = await mailTo(app, email, 2);
    expect(await post("verify", { email, code })).toEqual([200, null]);
    for (const link of [token, fresh.token]) {
      expect(await post("verify-email", { token: link })).toEqual([401, "INVALID_TOKEN"]);
    }
    expect(await post("verify", { email, code: fresh.code })).toEqual([401, "INVALID_CODE"]);
  });

  test.each([
    ["nothing", "", 400, "VALIDATION_ERROR"],
    ["a letter", "x", 401, "INVALID_TOKEN"],
    ["8192 letters", "x".repeat(8192), 401, "INVALID_TOKEN"],
    ["8193 letters", "x".repeat(8193), 400, "VALIDATION_ERROR"],
    ["a NUL", "a\u0000b", 401, "INVALID_TOKEN"],
    ["half a surrogate pair", "\ud800", 401, "INVALID_TOKEN"],
  ])("%s is refused as a token", async (_name, token, status, code) => {
    expect(await post("verify-email", { token })).toEqual([status, code]);
  });
});

function pick({ token, code }: { token: string; code: string }) {
  return { token, code };
}
