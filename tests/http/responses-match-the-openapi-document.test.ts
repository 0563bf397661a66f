import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { makeClient } from "../support/clients.ts";
import { freshEmail, signUp } from "../support/journey.ts";
import { type Json, type Operation, readOperations } from "../support/operations.ts";
import { runFuzz } from "../support/run-fuzz.ts";
import { schemaFaults } from "../support/schema-faults.ts";
import { useTestApp } from "../support/test-app.ts";

/** How many requests are sent, always the same ones: `bun run fuzz` sends 10,000 others. */
const cases = 1000;
const seed = 18;

const app = useTestApp();
let operations: Operation[];
let schemas: Json;

beforeAll(async () => {
  ({ operations, schemas } = await readOperations(app));
});

// part of security 110: 1,000 of its 10,000 cases
test("no request causes an internal error, and every response is as the document describes it", async () => {
  // Not the password of the document's examples: a request with that one would delete the user during the run.
  const username = `u${Date.now().toString(36)}`;
  const user = await signUp(app, { username, password: "Another-good-one-1!" });
  const admin = await signInAdmin(app);
  const client = await makeClient(app);
  const other = await signUp(app);
  const post = await app.call("POST", "/api/v1/posts", {
    bearer: user.accessToken,
    json: { post_data: "Content" },
  });
  const known = new Map([
    ["email", user.email],
    ["password", user.password],
    ["token", user.accessToken],
    ["refresh_token", user.refreshToken],
    ["post_id", String(post.json.data.id ?? post.json.data.post_id)],
    ["name", "user"],
    ["/api/v1/users/{id} id", other.userId],
    ["/api/v1/users/{id}/sessions id", other.userId],
    ["/api/v1/users/me password", "Not-that-password-1!"],
    ["/api/v1/auth/register email", freshEmail()],
    ["/oauth/token grant_type", "password"],
    ["/oauth/token username", user.email],
  ]);
  const authorizations = {
    user: `Bearer ${user.accessToken}`,
    admin: `Bearer ${admin.accessToken}`,
    client: client.authorization,
  };
  const { statuses, faults } = await runFuzz({
    described: { operations, schemas },
    known,
    seed,
    cases,
    callers: 4,
    authorizations: () => authorizations,
    send: app.call,
    secrets: ["Another-good-one-1!", app.platform.settings.jwtSecretKey],
  });
  expect(faults).toEqual([]);
  // Otherwise the edge would have refused every request.
  expect(Object.keys(statuses).map(Number)).toEqual(
    expect.arrayContaining([200, 202, 400, 401, 403, 404, 405, 413, 415]),
  );
  expect(app.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
}, 120_000);

// part of security 100: a response holds what is described, and nothing else
test("operations succeed with exactly the response that the document describes", async () => {
  const user = await signUp(app);
  const again = await signUp(app);
  for (const [path, status, call] of [
    ["/health", 200, {}],
    ["/health/live", 200, {}],
    ["/health/ready", 200, {}],
    ["/api/v1/users/me", 200, { bearer: user.accessToken }],
    ["/api/v1/auth/validate-token", 200, { json: { token: user.accessToken } }],
    ["/api/v1/auth/resend-verification", 202, { json: { email: user.email } }],
    ["/api/v1/auth/register", 201, { json: { email: `x${user.email}`, password: user.password } }],
    ["/api/v1/auth/login", 200, { json: { email: user.email, password: user.password } }],
    ["/api/v1/auth/refresh", 200, { json: { refresh_token: user.refreshToken } }],
    [
      "/oauth/token",
      200,
      { form: { grant_type: "password", username: user.email, password: user.password } },
    ],
    [
      "/api/v1/auth/email/change",
      202,
      { json: { new_email: `y${user.email}`, password: user.password }, bearer: user.accessToken },
    ],
    ["/api/v1/auth/logout", 200, { bearer: user.accessToken }],
    ["/api/v1/auth/logout-all", 200, { bearer: again.accessToken }],
  ] as const) {
    const operation = operations.find((one) => one.path === path);
    const answer = await app.call(operation?.method ?? "", path, call);
    expect([path, answer.status]).toEqual([path, status]);
    const schema = operation?.answers.get(status);
    expect([path, schemaFaults(Object(schema), answer.json, schemas)]).toEqual([path, []]);
  }
});
