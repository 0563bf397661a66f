import { describe, expect, test } from "bun:test";
import {
  auth,
  extractWWWAuthenticateParams,
  type OAuthClientProvider,
} from "@modelcontextprotocol/sdk/client/auth.js";
import type {
  OAuthClientInformationMixed,
  OAuthTokens,
} from "@modelcontextprotocol/sdk/shared/auth.js";

import { createResource } from "../../examples/protected-resource/server.ts";
import { signUpInBrowser } from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import { authorizeAs, callback, responseOf } from "../support/relying-party.ts";
import { findSparePort } from "../support/spare-port.ts";
import { startTestApp } from "../support/test-app.ts";

/** What an MCP client stores of one server, in memory. */
function createProvider() {
  const stored: {
    client?: OAuthClientInformationMixed;
    tokens?: OAuthTokens;
    verifier?: string;
    sentTo?: URL;
  } = {};
  const provider: OAuthClientProvider = {
    redirectUrl: callback,
    clientMetadata: {
      client_name: "An MCP client",
      redirect_uris: [callback],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "none",
    },
    clientInformation: () => stored.client,
    saveClientInformation: (client) => void (stored.client = client),
    tokens: () => stored.tokens,
    saveTokens: (tokens) => void (stored.tokens = tokens),
    redirectToAuthorization: (url) => void (stored.sentTo = url),
    saveCodeVerifier: (verifier) => void (stored.verifier = verifier),
    codeVerifier: () => stored.verifier ?? "",
  };
  return { provider, stored };
}

describe("the OAuth client of the MCP TypeScript SDK", () => {
  // RFC 9728, 8414, 7591, 7636, 8707
  test.each([...databaseKinds])(
    "finds the server, registers, signs its user in, calls the resource and refreshes, on %s",
    async (database) => {
      const publicUrl = `http://127.0.0.1:${await findSparePort()}`;
      await using app = await startTestApp({
        database,
        settings: {
          PUBLIC_URL: publicUrl,
          PORT: new URL(publicUrl).port,
          JWT_ALGORITHM: "ES256",
          CLIENT_REGISTRATION: "open",
        },
      });
      const resource = `http://127.0.0.1:${await findSparePort()}/mcp`;
      const respond = createResource({ issuer: publicUrl, resource });
      const server = Bun.serve({
        hostname: "127.0.0.1",
        port: new URL(resource).port,
        fetch: respond,
      });
      try {
        const refused = await fetch(resource, { method: "POST" });
        expect(refused.status).toBe(401);
        const { resourceMetadataUrl } = extractWWWAuthenticateParams(refused);
        const target = {
          serverUrl: resource,
          ...(resourceMetadataUrl ? { resourceMetadataUrl } : {}),
        };
        const { provider, stored } = createProvider();
        expect(await auth(provider, target)).toBe("REDIRECT");
        const { sentTo } = stored;
        expect(sentTo?.origin).toBe(publicUrl);
        expect(sentTo?.searchParams.get("resource")).toBe(resource);

        const user = await signUpInBrowser(app);
        const answer = await authorizeAs(app, sentTo?.search.slice(1) ?? "", user.token);
        const authorizationCode = responseOf(answer)["code"] ?? "";
        expect(await auth(provider, { ...target, authorizationCode })).toBe("AUTHORIZED");

        const call = async () => {
          const headers = { authorization: `Bearer ${stored.tokens?.access_token}` };
          const response = await fetch(resource, { method: "POST", headers });
          return [response.status, await response.json()];
        };
        expect(await call()).toEqual([200, { user_id: user.userId }]);
        const { aud } = decodeToken(stored.tokens?.access_token ?? "").claims;
        expect(aud).toBe(resource);
        const bearer = stored.tokens?.access_token ?? "";
        expect((await app.call("GET", "/api/v1/users/me", { bearer })).status).toBe(401);

        const before = stored.tokens?.refresh_token;
        expect(before).toBeDefined();
        expect(await auth(provider, target)).toBe("AUTHORIZED");
        expect(stored.tokens?.refresh_token).not.toBe(before);
        expect(await call()).toEqual([200, { user_id: user.userId }]);
      } finally {
        await server.stop(true);
      }
    },
    60_000,
  );
});
