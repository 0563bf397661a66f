import { beforeAll, expect, test } from "bun:test";

import { type SignedInUser, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let ada: SignedInUser;

beforeAll(async () => {
  ada = await signUp(app);
});

// Attack: a proxy decides on the first of two values, and the service uses the last.
// security 104
test.each([
  ["/api/v1/posts?scope=own&scope=public", "scope"],
  ["/api/v1/posts?limit=1&limit=1", "limit"],
  ["/api/v1/users/me/sessions?cursor=&limit=2&cursor=", "cursor"],
  ["/api/v1/posts?%73cope=own&scope=own", "scope"],
  ["/api/v1/posts?<b>=1&<b>=2", "query"],
])("%s is refused and the field is named", async (path, field) => {
  const { status, json } = await app.call("GET", path, { bearer: ada.accessToken });
  expect([status, json.error.code, json.error.details.field]).toEqual([
    400,
    "VALIDATION_ERROR",
    field,
  ]);
});

test("a request without a token learns nothing about its query", async () => {
  const { status } = await app.call("GET", "/api/v1/posts?limit=1&limit=1");
  expect(status).toBe(401);
});

test("different parameters, and repeated conditions of forward authentication, are accepted", async () => {
  for (const path of [
    "/api/v1/posts?scope=public&limit=1",
    "/api/v1/auth/forward?role=user&role=user",
  ]) {
    expect((await app.call("GET", path, { bearer: ada.accessToken })).status).toBe(200);
  }
});
