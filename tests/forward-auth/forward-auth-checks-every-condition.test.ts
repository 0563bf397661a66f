import { beforeAll, expect, test } from "bun:test";

import { builtInPermissions } from "../../src/features/roles/index.ts";
import { signInAdmin } from "../support/admin.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: string;
let admin: string;

beforeAll(async () => {
  user = (await signUp(app)).accessToken;
  admin = (await signInAdmin(app)).accessToken;
});

async function asked(query: string, bearer?: string) {
  const call = bearer === undefined ? {} : { bearer };
  const { status, json, headers } = await app.call("GET", `/api/v1/auth/forward${query}`, call);
  if (status !== 200) expect(headers.get("x-auth-user-id")).toBeNull();
  return [status, json?.error.code];
}

const allowed = [200, undefined];
const forbidden = [403, "FORBIDDEN"];

test("all named roles and permissions are required", async () => {
  const all = builtInPermissions
    .map(({ name }) => `permission=${encodeURIComponent(name)}`)
    .join("&");
  for (const [query, ofUser, ofAdmin] of [
    ["", allowed, allowed],
    ["?", allowed, allowed],
    ["?role=user", allowed, allowed],
    ["?role=admin", forbidden, allowed],
    ["?role=user&role=admin", forbidden, allowed],
    ["?role=admin&role=user", forbidden, allowed],
    ["?role=user&role=user", allowed, allowed],
    ["?permission=users:read", forbidden, allowed],
    ["?permission=users%3Aread&role=user", forbidden, allowed],
    [`?${all}&role=admin`, forbidden, allowed],
    ["?role=admin&role=owner", forbidden, forbidden],
    ["?permission=users:read&permission=invoices:approve", forbidden, forbidden],
    ["?role=users:read", forbidden, forbidden],
    ["?permission=admin", forbidden, forbidden],
    // Where a client has a say in the end of the question, it must not pass for one without conditions.
    ["?role=admin&role=/api/v1/auth/forward", forbidden, forbidden],
    ["?role=admin#/api/v1/auth/forward", forbidden, allowed],
  ] as const) {
    // The token is in the cache by now.
    expect([await asked("", user), await asked("", admin)]).toEqual([allowed, allowed]);
    expect([query, await asked(query, user)]).toEqual([query, ofUser]);
    expect([query, await asked(query, admin)]).toEqual([query, ofAdmin]);
    expect([query, await asked(query)]).toEqual([query, [401, "AUTHENTICATION_REQUIRED"]]);
  }
});

// Bad day: the operator writes the condition wrongly, and assumes that access is restricted.
test("an invalid condition is never met", async () => {
  for (const query of [
    "?role=",
    "?role",
    "?permission=",
    "?role=Admin",
    "?role=admin,user",
    "?role=admin%20",
    "?role=%00",
    "?role=%ff",
    "?role=%ZZ",
    "?role=constructor",
    "?permission=__proto__",
    "?permission=*",
    `?role=${"x".repeat(5000)}`,
  ]) {
    expect([query, await asked(query, admin)]).toEqual([query, forbidden]);
  }
  for (const query of [
    "?roles=admin",
    "?Role=admin",
    "?role[]=admin",
    "?permissions=users:read",
    "?role=user&scope=admin",
    "?role=user;role=admin&x",
    "?=admin",
  ]) {
    expect([query, await asked(query, admin)]).toEqual([query, [400, "VALIDATION_ERROR"]]);
    expect([query, await asked(query)]).toEqual([query, [401, "AUTHENTICATION_REQUIRED"]]);
  }
});

// part of security 96
test("a removed role no longer counts, whatever the token says", async () => {
  const { userId, accessToken } = await signInAdmin(app);
  await signInAdmin(app);
  expect(await asked("?role=admin", accessToken)).toEqual(allowed);
  await app.rows(`delete from user_roles where user_id = '${userId}'`);
  // The change comes as a notification of the database, and no response waited for it.
  await eventually(
    () => asked("?role=admin", accessToken),
    ([status]) => status === 403,
  );
  expect(await asked("?permission=users:read", accessToken)).toEqual(forbidden);
  expect(await asked("", accessToken)).toEqual(allowed);
});
