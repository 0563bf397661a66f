import { beforeAll, expect, test } from "bun:test";

import { browserHeaders, type BrowserUser, statusInBrowser } from "../support/browser-session.ts";
import type { TestClient } from "../support/clients.ts";
import {
  askToAuthorize,
  authorizeQuery,
  codeOf,
  redeem,
  responseOf,
  signUpAndAllow,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: BrowserUser;
let client: TestClient;

beforeAll(async () => {
  ({ user, client } = await signUpAndAllow(app));
});

const lookAt = (path: string) => app.call("HEAD", path, { headers: browserHeaders(user.token) });

// Programs that look at a link send HEAD: the link of a pushed request works once.
// security 119
test("HEAD of an authorization request issues no code, and a pushed request is still good", async () => {
  const form = Object.fromEntries(new URLSearchParams(authorizeQuery(client.id)));
  const headers = { authorization: client.authorization };
  const pushed = await app.call("POST", "/oauth/par", { form, headers });
  const { request_uri } = pushed.json;
  const query = new URLSearchParams({ client_id: client.id, request_uri }).toString();
  const looked = await lookAt(`/oauth/authorize?${query}`);
  expect([looked.status, looked.headers.get("location")]).toEqual([405, null]);
  expect(responseOf(await askToAuthorize(app, query, user.token))["code"]).toBeString();
});

// security 119
test("HEAD of the end session endpoint ends no session", async () => {
  const { id_token } = (await redeem(app, client, await codeOf(app, client.id, user.token))).json;
  const looked = await lookAt(`/oauth/end-session?id_token_hint=${id_token}`);
  expect(looked.status).toBe(405);
  expect(await statusInBrowser(app, user.token)).toBe(200);
});
