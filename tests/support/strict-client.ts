import {
  allowInsecureRequests,
  type AuthorizationServer,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from "oauth4webapi";

import type { TestApp } from "./test-app.ts";

/**
 * What a strict client learns of a test's server from its metadata, and the options to call it with: the server's own
 * address is not its public one, as behind a proxy.
 */
export async function discover(app: TestApp, algorithm: "oidc" | "oauth2" = "oauth2") {
  const { jwtIssuer, publicUrl } = app.platform.settings;
  const options = {
    // oxlint-disable-next-line typescript/no-deprecated -- the test's server has no certificate
    [allowInsecureRequests]: true,
    [customFetch]: (url: string, init: object) => fetch(url.replace(publicUrl, app.url), init),
  };
  const issuer = new URL(jwtIssuer);
  const answer = await discoveryRequest(issuer, { ...options, algorithm });
  const server: AuthorizationServer = await processDiscoveryResponse(issuer, answer);
  return { server, options };
}

/** What a promise rejected with, or null. */
export function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}
