import { beforeAll, expect, test } from "bun:test";

import { type BrowserUser, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient, type TestClient } from "../support/clients.ts";
import { decodeToken } from "../support/forge-token.ts";
import {
  authorizeQuery,
  authorizeAs,
  callback,
  codeOf,
  redeem,
  responseOf,
} from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: BrowserUser;
let client: TestClient;

beforeAll(async () => {
  user = await signUpInBrowser(app);
  client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
}, 30_000);

test("smoke", async () => {
  const answer = await authorizeAs(
    app,
    authorizeQuery(client.id, { nonce: "n", scope: "openid email offline_access" }),
    user.token,
  );
  if (answer.status === 500) console.log(app.log.filter((l) => l.includes("request failed")));
  const response = responseOf(answer);
  console.log(answer.status, response);
  const tokens = await redeem(app, client, response["code"] ?? "");
  console.log(tokens.status, tokens.json);
  console.log(decodeToken(tokens.json.id_token), decodeToken(tokens.json.access_token));
  const me = await app.call("GET", "/oauth/userinfo", { bearer: tokens.json.access_token });
  console.log(me.status, me.json);
  const refreshed = await app.call("POST", "/oauth/token", {
    form: { grant_type: "refresh_token", refresh_token: tokens.json.refresh_token },
    headers: { authorization: client.authorization },
  });
  console.log(refreshed.status, refreshed.json);
  const api = await app.call("GET", "/api/v1/users/me", { bearer: tokens.json.access_token });
  console.log(api.status, api.json);
  const again = await redeem(app, client, response["code"] ?? "");
  console.log(again.status, again.json);
  const dead = await app.call("GET", "/oauth/userinfo", { bearer: tokens.json.access_token });
  console.log(dead.status, dead.json, dead.headers.get("www-authenticate"));
  const keys = await app.call("GET", "/.well-known/jwks.json");
  console.log(keys.json.keys.length);
}, 30_000);
