import { beforeAll, expect, test } from "bun:test";
import {
  allowInsecureRequests,
  type AuthorizationServer,
  genericTokenEndpointRequest,
  None,
  processGenericTokenEndpointResponse,
  processRefreshTokenResponse,
  protectedResourceRequest,
  refreshTokenGrantRequest,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from "oauth4webapi";

import { registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const client = { client_id: "strict-client" };
// oxlint-disable-next-line typescript/no-deprecated -- the test's server has no certificate
const insecure = { [allowInsecureRequests]: true };
const app = useTestApp();
let server: AuthorizationServer;
let user: { userId: string; email: string; password: string };

beforeAll(async () => {
  server = { issuer: "http://localhost:8000", token_endpoint: `${app.url}/oauth/token` };
  user = await registerVerified(app);
});

async function grantByPassword(password: string) {
  const parameters = { username: user.email, password };
  const response = await genericTokenEndpointRequest(
    server,
    client,
    None(),
    "password",
    parameters,
    insecure,
  );
  return processGenericTokenEndpointResponse(server, client, response);
}

async function grantByRefreshToken(refreshToken: string) {
  const response = await refreshTokenGrantRequest(server, client, None(), refreshToken, insecure);
  return processRefreshTokenResponse(server, client, response);
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

async function askWhoIAm(accessToken: string): Promise<{ success: boolean; data: { id: string } }> {
  const url = new URL("/api/v1/users/me", app.url);
  const response = await protectedResourceRequest(
    accessToken,
    "GET",
    url,
    undefined,
    undefined,
    insecure,
  );
  return response.json();
}

// security 24, 25
test("a strict client signs in, refreshes, and uses the token", async () => {
  const granted = await grantByPassword(user.password);
  expect([granted.token_type, granted.expires_in]).toEqual(["bearer", 86_400]);
  const refreshed = await grantByRefreshToken(granted.refresh_token ?? "");
  expect(refreshed.refresh_token).not.toBe(granted.refresh_token);
  expect((await askWhoIAm(refreshed.access_token)).data.id).toBe(user.userId);
});

// security 24
test("a strict client parses error responses", async () => {
  for (const grant of [() => grantByPassword("wrong"), () => grantByRefreshToken("x")]) {
    const error = await caught(grant());
    expect(error).toBeInstanceOf(ResponseBodyError);
    expect(error).toMatchObject({ error: "invalid_grant", status: 400 });
  }
});

// RFC 6750 §3
test("a strict client reads the challenge of a refused access token", async () => {
  const error = await caught(askWhoIAm("x"));
  expect(error).toBeInstanceOf(WWWAuthenticateChallengeError);
  expect(error).toMatchObject({
    status: 401,
    cause: [{ scheme: "bearer", parameters: { error: "invalid_token" } }],
  });
});
