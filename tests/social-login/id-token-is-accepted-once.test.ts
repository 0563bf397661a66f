import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { createFakeProvider } from "../support/fake-provider.ts";
import { freshEmail } from "../support/journey.ts";
import { ascending, countSessions, errorOf } from "../support/provider-journey.ts";
import { race } from "../support/race.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const acme = createFakeProvider("acme");
const forge = createFakeProvider("forge", { hasIdTokens: false });
const providers = [acme, forge];
const nonce = "a-nonce-of-the-app";

function signIn(app: TestApp, idToken: string, provider = "acme") {
  const json = { id_token: idToken, nonce };
  return app.post(`/api/v1/auth/oauth/${provider}/token`, json);
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, providers });

  // Attack: an ID token that was read from a log signs in beside the application.
  test("of 20 sign-ins with one ID token, one succeeds", async () => {
    const idToken = acme.idToken(nonce);
    const before = await countSessions(app);
    const statuses = await race(20, async () => (await signIn(app, idToken)).status);
    expect(statuses.toSorted(ascending)).toEqual([200, ...Array.from({ length: 19 }, () => 400)]);
    expect(await countSessions(app)).toBe(before + 1);
  });
});

describe("an ID token", () => {
  const app = useTestApp({ providers });

  test("signs its user in", async () => {
    const email = freshEmail();
    const answer = await signIn(app, acme.idToken(nonce, { email }));
    expect(answer.status).toBe(200);
    expect(answer.json.data.user.email).toBe(email);
    expect(await statusOfMe(app, answer.json.data.access_token)).toBe(200);
    expect((await auditOf(app, answer)).at(-1)).toMatchObject({
      action: "user.login",
      result: "success",
      detail: { by: "acme" },
    });
  });

  // Attack: the same token in another spelling of its signature.
  test("is refused again, whatever its signature looks like", async () => {
    const idToken = acme.idToken(nonce);
    expect((await signIn(app, idToken)).status).toBe(200);
    for (const again of [idToken, `${idToken}x`]) {
      const answer = await signIn(app, again);
      expect(errorOf(answer)).toEqual([400, "VALIDATION_ERROR"]);
      const [row] = await auditOf(app, answer);
      expect(row?.["detail"]).toMatchObject({ by: "acme", reason: "used_before" });
    }
  });

  test("with another nonce is refused, and is then still accepted with its own", async () => {
    const before = await countSessions(app);
    const idToken = acme.idToken(nonce);
    const wrong = { id_token: idToken, nonce: "another" };
    const answer = await app.post("/api/v1/auth/oauth/acme/token", wrong);
    expect(errorOf(answer)).toEqual([400, "VALIDATION_ERROR"]);
    const [row] = await auditOf(app, answer);
    expect(row?.["detail"]).toMatchObject({ by: "acme", reason: "nonce_wrong" });
    expect(await countSessions(app)).toBe(before);
    expect((await signIn(app, idToken)).status).toBe(200);
  });

  test("is not found at a provider without ID tokens, or at an unknown one", async () => {
    for (const provider of ["forge", "unknown"]) {
      expect(errorOf(await signIn(app, acme.idToken(nonce), provider))).toEqual([404, "NOT_FOUND"]);
    }
  });
});
