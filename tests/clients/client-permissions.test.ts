import { expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { clientToken, makeClient } from "../support/clients.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

const operations = [
  ["GET", "/api/v1/clients", 200],
  ["POST", "/api/v1/clients", 201],
  ["POST", "/api/v1/clients/{id}/rotate-secret", 200],
  ["DELETE", "/api/v1/clients/{id}", 204],
] as const;

// part of security 93 (these four operations)
test.each(operations)("%s %s needs a permission", async (method, template, expected) => {
  const client = await makeClient(app);
  const user = await signUp(app);
  const admin = await signInAdmin(app);
  const path = template.replace("{id}", client.id);
  const call = (bearer?: string) =>
    app.call(method, path, {
      ...(bearer === undefined ? {} : { bearer }),
      ...(path.endsWith("/clients") && method === "POST" ? { json: { name: "x" } } : {}),
    });

  const anonymous = await call();
  expect([anonymous.status, anonymous.json.error.code]).toEqual([401, "AUTHENTICATION_REQUIRED"]);
  expect(anonymous.headers.get("www-authenticate")).toBe("Bearer");
  const forbidden = await call(user.accessToken);
  expect([forbidden.status, forbidden.json.error.code]).toEqual([403, "FORBIDDEN"]);
  // A client's own token is no user's, and gives no permission.
  const service = await call(await clientToken(app, client));
  expect([service.status, service.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  expect(await app.rows(`select 1 as one from clients where client_id = '${client.id}'`)).toEqual([
    { one: 1 },
  ]);
  expect((await call(admin.accessToken)).status).toBe(expected);
});

// An actor without the permission learns nothing else: not that the body is wrong, not whether the client exists.
test("a user without the permission gets 403 before any other fault of the request", async () => {
  const { accessToken: bearer } = await signUp(app);
  const wrong = await app.post("/api/v1/clients", { nam: 1 }, { bearer });
  const unknown = await app.call("DELETE", "/api/v1/clients/none", { bearer });
  const listed = await app.call("GET", "/api/v1/clients?limit=1000", { bearer });
  expect([wrong.status, unknown.status, listed.status]).toEqual([403, 403, 403]);
});

test("a former admin is refused with the token from before", async () => {
  const admin = await signInAdmin(app);
  await signInAdmin(app);
  const list = () => app.call("GET", "/api/v1/clients", { bearer: admin.accessToken });
  expect((await list()).status).toBe(200);
  await app.rows(`delete from user_roles where user_id = '${admin.userId}'`);
  const after = await eventually(list, ({ status }) => status !== 200);
  expect([after.status, after.json.error.code]).toEqual([403, "FORBIDDEN"]);
});
