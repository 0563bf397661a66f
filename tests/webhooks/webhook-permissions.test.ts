import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { clientToken, makeClient } from "../support/clients.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { createWebhook } from "../support/webhooks.ts";

const app = useTestApp();
const url = "https://app.example.com/events";
let admin: SignedInUser;
let user: SignedInUser;
let service: string;

beforeAll(async () => {
  admin = await signInAdmin(app);
  user = await signUp(app);
  service = await clientToken(app, await makeClient(app));
});

const operations = [
  ["GET", "", 200, undefined],
  ["POST", "", 201, { url }],
  ["GET", "/{id}", 200, undefined],
  ["PATCH", "/{id}", 200, { description: "x" }],
  ["POST", "/{id}/rotate-secret", 200, undefined],
  ["POST", "/{id}/test", 202, undefined],
  ["GET", "/{id}/deliveries", 200, undefined],
  ["POST", "/{id}/deliveries/{delivery}/replay", 202, undefined],
  ["DELETE", "/{id}", 204, undefined],
] as const;

// part of security 93 (these operations)
test.each(operations)(
  "%s /webhooks%s needs a permission",
  async (method, template, expected, json) => {
    const { id } = await createWebhook(app, admin.accessToken, { url });
    const tested = await app.post(`/api/v1/webhooks/${id}/test`, undefined, {
      bearer: admin.accessToken,
    });
    const delivery: string = tested.json.data.delivery_id;
    const path = `/api/v1/webhooks${template.replace("{id}", id).replace("{delivery}", delivery)}`;
    const call = (bearer?: string) =>
      app.call(method, path, {
        ...(bearer === undefined ? {} : { bearer }),
        ...(json === undefined ? {} : { json }),
      });
    const before = await app.rows("select id, secrets, updated_at from webhooks order by id");

    const anonymous = await call();
    expect([anonymous.status, anonymous.json.error.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
    const forbidden = await call(user.accessToken);
    expect([forbidden.status, forbidden.json.error.code]).toEqual([403, "FORBIDDEN"]);
    // A client's own token is no user's, and gives no permission.
    expect((await call(service)).status).toBe(401);
    expect(await app.rows("select id, secrets, updated_at from webhooks order by id")).toEqual(
      before,
    );
    expect((await call(admin.accessToken)).status).toBe(expected);
  },
);

test("a role with webhooks:write alone is enough", async () => {
  const { accessToken: bearer } = admin;
  const role = { name: "integrator", permissions: ["webhooks:write"] };
  expect((await app.post("/api/v1/roles", role, { bearer })).status).toBe(201);
  const integrator = await signUp(app);
  const roles = { json: { roles: ["integrator"] }, bearer };
  const assigned = await app.call("PUT", `/api/v1/users/${integrator.userId}/roles`, roles);
  expect(assigned.status).toBe(200);
  const call = { bearer: integrator.accessToken };
  expect((await app.post("/api/v1/webhooks", { url }, call)).status).toBe(201);
  expect((await app.call("GET", "/api/v1/audit-logs", call)).status).toBe(403);
});

test("a user without the permission gets 403 before any other fault of the request", async () => {
  const call = { bearer: user.accessToken };
  const wrong = await app.post("/api/v1/webhooks", { ur: 1 }, call);
  const unknown = await app.call("DELETE", "/api/v1/webhooks/none", call);
  const listed = await app.call("GET", "/api/v1/webhooks?limit=1000", call);
  expect([wrong.status, unknown.status, listed.status]).toEqual([403, 403, 403]);
});
