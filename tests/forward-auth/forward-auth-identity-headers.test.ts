import { expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { clientToken, makeClient } from "../support/clients.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { rawGet } from "../support/raw-http.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const path = "/api/v1/auth/forward";
const app = useTestApp();

function identityOf({ headers }: Answer) {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("x-auth-")));
}

test("200 has no body and four identity headers", async () => {
  const user = await signUp(app, { username: "Ada.Lovelace-1" });
  const admin = await signInAdmin(app);
  for (const method of ["GET", "HEAD"]) {
    const answer = await app.call(method, path, { bearer: user.accessToken });
    expect([answer.status, answer.text, answer.headers.get("content-length")]).toEqual([
      200,
      "",
      "0",
    ]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(identityOf(answer)).toEqual({
      "x-auth-user-id": user.userId,
      "x-auth-email": user.email,
      "x-auth-username": "Ada.Lovelace-1",
      "x-auth-roles": "user",
    });
    expect(identityOf(await app.call(method, path, { bearer: admin.accessToken }))).toMatchObject({
      "x-auth-user-id": admin.userId,
      "x-auth-roles": "user,admin",
    });
  }
});

// part of security 156
test("an e-mail address that is not verified is left out", async () => {
  await using unverified = await startTestApp({
    settings: { REQUIRE_EMAIL_VERIFICATION: "false" },
  });
  const user = { email: freshEmail(), password: goodPassword };
  const { data } = (await unverified.post("/api/v1/auth/register", user)).json;
  const answer = await unverified.call("GET", path, { bearer: data.access_token });
  expect(identityOf(answer)).toEqual({
    "x-auth-user-id": data.user_id,
    "x-auth-username": "",
    "x-auth-roles": "user",
  });
  const validated = await unverified.post("/api/v1/auth/validate-token", {
    token: data.access_token,
  });
  expect(validated.json.data).toMatchObject({ email: user.email, email_verified: false });
});

// A proxy that finds no header would leave the client's own in its place.
test("a user without a username has an empty username header", async () => {
  const { accessToken } = await signUp(app);
  const { text } = await rawGet(app.url, path, [`Authorization: Bearer ${accessToken}`]);
  expect(text).toMatch(/\r\nx-auth-username: ?\r\n/i);
});

// Attack: a name that ends its header and begins another one, or that is two in a list.
test("a stored name cannot inject a header", async () => {
  const user = await signUp(app);
  const roles = ["a,admin", "é ü", "x\r\nx-auth-user-id: 1", "100%", "\u{1f511}"];
  for (const role of roles) {
    await app.rows(`insert into roles values ('${role}', null, now(), now())`);
    await app.rows(
      `insert into user_roles (user_id, role, created_at) values ('${user.userId}', '${role}', now())`,
    );
  }
  await app.rows(`update users set username = 'née' where id = '${user.userId}'`);
  const { data } = (await logIn(app, user)).json;
  const answer = await app.call("GET", path, { bearer: data.access_token });
  expect(answer.status).toBe(200);
  expect(identityOf(answer)).toMatchObject({
    "x-auth-user-id": user.userId,
    "x-auth-username": "n%C3%A9e",
  });
  const told = (answer.headers.get("x-auth-roles") ?? "").split(",").toSorted();
  expect(told).toEqual(
    [
      "user",
      "a%2Cadmin",
      "%C3%A9%20%C3%BC",
      "x%0D%0Ax-auth-user-id:%201",
      "100%25",
      "%F0%9F%94%91",
    ].toSorted(),
  );
});

// security 29
test("without a user's access token: 401 with a challenge and no identity headers", async () => {
  const user = await signUp(app);
  const refused = [
    [{}, "AUTHENTICATION_REQUIRED"],
    [{ headers: { authorization: "Basic YTpi" } }, "AUTHENTICATION_REQUIRED"],
    [{ headers: { "x-auth-user-id": user.userId } }, "AUTHENTICATION_REQUIRED"],
    [{ bearer: "x" }, "INVALID_TOKEN"],
    [{ bearer: user.refreshToken }, "INVALID_TOKEN"],
    [{ bearer: await clientToken(app, await makeClient(app)) }, "INVALID_TOKEN"],
  ] as const;
  for (const [call, code] of refused) {
    const answer = await app.call("GET", path, call);
    expect([answer.status, answer.json.error.code]).toEqual([401, code]);
    expect(answer.headers.get("www-authenticate")).toStartWith("Bearer");
    expect(identityOf(answer)).toEqual({});
    const head = await app.call("HEAD", path, call);
    expect([head.status, head.text]).toEqual([401, ""]);
  }
});

// security 35, 95
test("a token ends with its session and user, and headers name its own user only", async () => {
  const user = await signUp(app);
  const gone = await signUp(app);
  const asked = (bearer: string) =>
    app.call("GET", path, {
      bearer,
      headers: { "x-auth-user-id": gone.userId, "x-user-id": gone.userId },
    });
  expect(identityOf(await asked(user.accessToken))["x-auth-user-id"]).toBe(user.userId);
  expect((await asked(gone.accessToken)).status).toBe(200);
  await app.call("POST", "/api/v1/auth/logout", { bearer: user.accessToken });
  expect((await asked(user.accessToken)).status).toBe(401);
  await app.call("POST", "/api/v1/auth/logout-all", { bearer: gone.accessToken });
  expect((await asked(gone.accessToken)).status).toBe(401);
});

test("only GET and HEAD are allowed", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const { status, headers } = await app.call(method, path);
    expect([method, status, headers.get("allow")]).toEqual([method, 405, "GET, HEAD"]);
  }
});
