import { expect, test } from "bun:test";

import { freshEmail, logIn, signUp } from "../support/journey.ts";
import { readOperations } from "../support/operations.ts";
import { confirmEmail, mailedChange } from "../support/own-account.ts";
import { schemaFaults } from "../support/schema-faults.ts";
import { startTestApp } from "../support/test-app.ts";

// part of security 100: a response holds what is described, and nothing else
test("responses of profile update and account deletion match the OpenAPI document", async () => {
  await using app = await startTestApp();
  const { operations, schemas } = await readOperations(app);
  const user = await signUp(app);
  const { email, token } = await mailedChange(app, user, freshEmail());
  const me = "/api/v1/users/me";
  const metadata = { a: { b: [1, null, "c"] } };
  const profile = { name: "Ada", phone: "+1 555 0100", avatar_url: null, locale: "de", metadata };
  const bearer = user.accessToken;
  const updated = await app.call("PATCH", me, { bearer, json: profile });
  const confirmed = await confirmEmail(app, token);
  const signedIn = await logIn(app, { ...user, email });
  const deleted = await app.call("DELETE", me, {
    bearer: signedIn.json.data.access_token,
    json: { password: user.password },
  });
  for (const [method, path, answer] of [
    ["PATCH", me, updated],
    ["POST", "/api/v1/auth/email/change-confirm", confirmed],
    ["DELETE", me, deleted],
  ] as const) {
    const operation = operations.find((one) => one.method === method && one.path === path);
    expect([method, path, answer.status]).toEqual([method, path, 200]);
    expect(schemaFaults(Object(operation?.answers.get(200)), answer.json, schemas)).toEqual([]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
});
