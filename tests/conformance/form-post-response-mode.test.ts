import { beforeAll, expect, test } from "bun:test";

import type { BrowserUser } from "../support/browser-session.ts";
import type { TestClient } from "../support/clients.ts";
import { formsOf } from "../support/page-forms.ts";
import {
  askToAuthorize,
  authorizeQuery,
  callback,
  redeem,
  signUpAndAllow,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: BrowserUser;
let client: TestClient;

beforeAll(async () => {
  ({ user, client } = await signUpAndAllow(app));
}, 30_000);

// OAuth 2.0 Form Post Response Mode §2
test("the response is a page whose form posts code, state and issuer to the client", async () => {
  const state = `"><script>alert(1)</script>&amp;`;
  const query = authorizeQuery(client.id, { response_mode: "form_post", state });
  const answer = await askToAuthorize(app, query, user.token);
  expect(answer.status).toBe(200);
  const [form, ...others] = formsOf(answer.text);
  expect(others).toEqual([]);
  const code = form?.fields["code"] ?? "";
  expect(form).toMatchObject({
    action: callback,
    fields: { state, iss: "http://localhost:8000", code: expect.stringMatching(/^[\w-]{43}$/) },
  });
  expect((await redeem(app, client, code)).status).toBe(200);
  expect(answer.text).not.toContain("<script>alert");
  const policy = answer.headers.get("content-security-policy") ?? "";
  const [, script = ""] = /<script>([^<]+)<\/script>/.exec(answer.text) ?? [];
  const digest = new Bun.CryptoHasher("sha256").update(script).digest("base64");
  expect(policy).toContain(`script-src 'sha256-${digest}'`);
  expect(policy).not.toContain("unsafe");
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("errors are posted as well", async () => {
  const query = authorizeQuery(client.id, { response_mode: "form_post", prompt: "none" });
  const answer = await askToAuthorize(app, query, null);
  expect(formsOf(answer.text)[0]?.fields).toMatchObject({
    error: "login_required",
    state: "the-state",
  });
});
