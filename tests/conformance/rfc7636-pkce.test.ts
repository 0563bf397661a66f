import { beforeAll, describe, expect, test } from "bun:test";

import { type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import type { TestClient } from "../support/clients.ts";
import {
  askToAuthorize,
  authorizeQuery,
  challenge,
  codeOf,
  redeem,
  registerBothKinds,
  responseOf,
  verifier,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

describe("PKCE", () => {
  const app = useTestApp();
  let user: BrowserUser;
  let client: TestClient;
  let open: TestClient;

  beforeAll(async () => {
    user = await signUpInBrowser(app);
    ({ client, open } = await registerBothKinds(app));
    await codeOf(app, client.id, user.token);
    await codeOf(app, open.id, user.token);
  }, 30_000);

  const none = { code_challenge: undefined, code_challenge_method: undefined };

  // RFC 7636 §4.3, §4.4.1; RFC 9700 §2.1.1: `plain`, which a request without a method means, protects from nothing.
  test.each([
    ["plain", { code_challenge: verifier, code_challenge_method: "plain" }],
    ["no method", { code_challenge_method: undefined }],
    ["an unknown method", { code_challenge_method: "s256" }],
    ["no challenge", { code_challenge: undefined }],
    ["a short challenge", { code_challenge: challenge.slice(1) }],
    ["a long challenge", { code_challenge: `${challenge}A` }],
    ["padding", { code_challenge: `${challenge}=` }],
    ["base64", { code_challenge: challenge.replace("-", "+") }],
  ])("a request with %s is refused", async (_name, parameters) => {
    for (const { id } of [client, open]) {
      const answer = await askToAuthorize(app, authorizeQuery(id, parameters), user.token);
      expect([answer.status, responseOf(answer)["error"]]).toEqual([303, "invalid_request"]);
    }
  });

  // RFC 9700 §2.1.1
  test("a public client must send a challenge, one with a secret may leave it out", async () => {
    const refused = await askToAuthorize(app, authorizeQuery(open.id, none), user.token);
    expect(responseOf(refused)).toMatchObject({
      error: "invalid_request",
      error_description: "code_challenge is required of this client.",
    });
    const code = await codeOf(app, client.id, user.token, none);
    expect((await redeem(app, client, code, { code_verifier: undefined })).status).toBe(200);
  });

  // RFC 7636 §4.6, Appendix B
  test.each([
    ["of another challenge", "x".repeat(43)],
    ["that is the challenge", challenge],
    ["that is too short", verifier.slice(1)],
    ["that is too long", verifier.padEnd(129, "a")],
    ["with other characters", verifier.replace("-", "+")],
    ["that is missing", undefined],
  ])("a verifier %s redeems no code, and the right one does", async (_name, wrong) => {
    const code = await codeOf(app, open.id, user.token);
    const refused = await redeem(app, { id: open.id }, code, { code_verifier: wrong });
    expect([refused.status, refused.json.error]).toEqual([400, "invalid_grant"]);
    expect((await redeem(app, { id: open.id }, code)).status).toBe(200);
  });

  // RFC 9700 §4.8.2: an attacker has removed the challenge from the request.
  test("a verifier without a challenge redeems no code", async () => {
    const code = await codeOf(app, client.id, user.token, none);
    const { status, json } = await redeem(app, client, code);
    expect([status, json.error]).toEqual([400, "invalid_grant"]);
  });

  // RFC 8414 §2
  test("the metadata names S256 alone", async () => {
    const { json } = await app.call("GET", "/.well-known/oauth-authorization-server");
    expect(json.code_challenge_methods_supported).toEqual(["S256"]);
  });
});
