import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { freshEmail, registerVerified } from "../support/journey.ts";
import { mailOfKind, mailsOfKind } from "../support/mail-of-kind.ts";
import { maskTimestamp, visibleResponse } from "../support/visible-response.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({
  settings: { RATE_LIMITS_ENABLED: "true", TRUSTED_PROXIES: "127.0.0.0/8" },
});

afterEach(() => {
  setSystemTime();
});

let lastAddress = 0;

function request(path: string, email: string, address = `198.51.100.${(lastAddress += 1)}`) {
  const headers = { "x-forwarded-for": address };
  return app.call("POST", path, { json: { email }, headers });
}

async function openRequests(): Promise<number> {
  const [row] = await app.rows(
    "select count(*)::int as count from outbox where topic like '%-request' and delivered_at is null",
  );
  return Number(row?.["count"]);
}

const kinds = [
  ["/api/v1/auth/password/reset", "user.password_reset_requested"],
  ["/api/v1/auth/magic-link", "user.magic_link_requested"],
] as const;

/** How many requests for a user were fulfilled. A mail that is superseded before it is sent is one of them. */
async function fulfilled(userId: string, action: string): Promise<number> {
  await eventually(openRequests, (open) => open === 0);
  const [row] = await app.rows(
    `select count(*)::int as count from audit_log where user_id = '${userId}' and action = '${action}'`,
  );
  return Number(row?.["count"]);
}

// The response must not tell whether a mail is sent.
// security 63
describe.each(kinds)("%s", (path, action) => {
  test("one mail a minute and five an hour to one address, with the same response for further requests", async () => {
    const user = await registerVerified(app);
    const start = Date.now();
    const responses = new Set<string>();
    for (const second of [0, 1, 59]) {
      setSystemTime(new Date(start + second * 1000));
      responses.add(visibleResponse(await request(path, user.email), maskTimestamp));
    }
    expect(await fulfilled(user.userId, action)).toBe(1);
    for (let minute = 1; minute < 10; minute += 1) {
      setSystemTime(new Date(start + minute * 61_000));
      responses.add(visibleResponse(await request(path, user.email), maskTimestamp));
      responses.add(visibleResponse(await request(path, freshEmail()), maskTimestamp));
      // The next minute would end the lease of a request in work, which would then be fulfilled twice.
      await eventually(openRequests, (open) => open === 0);
    }
    expect(await fulfilled(user.userId, action)).toBe(5);
    expect(responses.size).toBe(1);

    setSystemTime(new Date(start + 3_700_000));
    await request(path, user.email);
    expect(await fulfilled(user.userId, action)).toBe(6);
  });
});

test("a new verification mail is limited in the same way", async () => {
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: "SecurePassword123!" });
  // Otherwise the next mail supersedes it.
  await mailOfKind(app, "verify-email", email);
  for (let index = 0; index < 3; index += 1) {
    const answer = await request("/api/v1/auth/resend-verification", email);
    expect(answer.status).toBe(202);
  }
  await eventually(openRequests, (open) => open === 0);
  await mailOfKind(app, "verify-email", email, 2);
  expect(mailsOfKind(app, "verify-email", email)).toHaveLength(2);
});

test("one client address may request 30 mails an hour, of whatever kind", async () => {
  const address = "203.0.113.9";
  const paths = [...kinds.map(([path]) => path), "/api/v1/auth/resend-verification"];
  for (let index = 0; index < 30; index += 1) {
    const path = paths[index % paths.length] ?? "";
    expect((await request(path, freshEmail(), address)).status).toBe(202);
  }
  for (const path of paths) {
    const refused = await request(path, freshEmail(), address);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeWithin(3000, 3601);
  }
});

test("the page of a mail request shows that there were too many, with 429", async () => {
  const address = "203.0.113.10";
  for (let index = 0; index < 30; index += 1) {
    await request("/api/v1/auth/magic-link", freshEmail(), address);
  }
  const answer = await app.call("POST", "/reset-password/resend", {
    form: { email: freshEmail() },
    headers: { "x-forwarded-for": address, "accept-language": "de" },
  });
  expect(answer.status).toBe(429);
  expect(answer.headers.get("retry-after")).not.toBeNull();
  expect(answer.text).toContain("zu viele Versuche");
});
