import { afterAll, beforeEach, describe, expect, test } from "bun:test";

import type { Provider } from "../../src/features/social-login/provider.ts";
import {
  createStandInKey,
  type OpenIdStandIn,
  serveOpenIdStandIn,
} from "../support/openid-stand-in.ts";
import { createManualClock } from "../support/outbox-scene.ts";
import { startProviderHosts } from "../support/provider-hosts.ts";
import {
  authorization,
  issuerSettings,
  providerErrorOf,
  providerOf,
  signInAt,
} from "../support/providers.ts";

const hosts = startProviderHosts();
const clock = createManualClock();
const outbound = { httpClient: hosts.httpClient, clock };
const key = await createStandInKey("key-1");
afterAll(() => hosts[Symbol.asyncDispose]());

const { OIDC_EXAMPLE_ISSUER: issuer, OIDC_EXAMPLE_CLIENT_ID: clientId } = issuerSettings;
let standIn: OpenIdStandIn;
let provider: Provider;

beforeEach(() => {
  standIn = serveOpenIdStandIn(hosts, { issuer, clientId, key, now: clock.now });
  provider = providerOf(issuerSettings, outbound);
});

/** What a discovery document may say, and why it is not accepted. */
const documents: [string, Record<string, unknown>, string][] = [
  ["another issuer", { issuer: "https://evil.test" }, "discovery_issuer_wrong"],
  ["the issuer with a slash more", { issuer: "https://issuer.test/" }, "discovery_issuer_wrong"],
  ["no issuer", { issuer: undefined }, "discovery_invalid"],
  ["no token endpoint", { token_endpoint: undefined }, "discovery_invalid"],
  ["a token endpoint without TLS", { token_endpoint: "http://issuer.test/t" }, "discovery_invalid"],
  ["keys without TLS", { jwks_uri: "http://issuer.test/keys" }, "discovery_invalid"],
  ["a script", { authorization_endpoint: "javascript:alert(1)" }, "discovery_invalid"],
  ["credentials in a URL", { userinfo_endpoint: "https://a:b@issuer.test/" }, "discovery_invalid"],
  ["no S256", { code_challenge_methods_supported: ["plain"] }, "code_challenge_unsupported"],
  [
    "no known authentication",
    { token_endpoint_auth_methods_supported: ["private_key_jwt"] },
    "client_authentication_unsupported",
  ],
];

// security 75
test.each(documents)(
  "a discovery document with %s is not accepted",
  async (_name, metadata, reason) => {
    standIn.metadata = metadata;
    const url = provider.authorizationUrl(authorization);
    expect(await providerErrorOf(url)).toBe(`unavailable: ${reason}`);
  },
);

test.each([
  ["HTML", () => new Response("<p>"), "discovery_not_json"],
  ["404", () => Response.json({}, { status: 404 }), "discovery_invalid"],
  ["a redirect", () => Response.redirect("https://evil.test/"), "discovery_redirect"],
])(
  "a discovery document is not accepted when the response is %s",
  async (_name, respond, reason) => {
    standIn.responses.set("discovery", respond);
    const url = provider.authorizationUrl(authorization);
    expect(await providerErrorOf(url)).toBe(`unavailable: ${reason}`);
  },
);

test.each([
  [{ code_challenge_methods_supported: undefined }],
  [{ token_endpoint_auth_methods_supported: undefined }],
  [{ userinfo_endpoint: undefined }],
])("a discovery document with %p is accepted", async (metadata) => {
  standIn.metadata = metadata;
  expect((await signInAt(provider, standIn)).profile.subject).toBe("user-1");
});

test("the issuer of responses is required when the provider announces it", async () => {
  expect(await provider.responseIssuer()).toEqual({ issuer, isRequired: false });
  standIn.metadata = { authorization_response_iss_parameter_supported: true };
  const other = providerOf(issuerSettings, outbound);
  expect(await other.responseIssuer()).toEqual({ issuer, isRequired: true });
});

test("a discovery document is read once an hour, also by simultaneous requests", async () => {
  const count = (): number => standIn.countRequests("/.well-known/openid-configuration");
  const before = count();
  await Promise.all(Array.from({ length: 5 }, () => provider.responseIssuer()));
  clock.advance(3599);
  await provider.responseIssuer();
  expect(count() - before).toBe(1);
  clock.advance(1);
  await provider.responseIssuer();
  expect(count() - before).toBe(2);
});

test("an issuer with a slash at its end is asked without a second one", async () => {
  const withSlash = "https://issuer.test/";
  const own = serveOpenIdStandIn(hosts, {
    issuer: withSlash,
    clientId,
    key,
    now: clock.now,
    endpoints: {
      discovery: "https://issuer.test/.well-known/openid-configuration",
      token: "https://issuer.test/token",
      keys: "https://issuer.test/keys",
    },
  });
  const other = providerOf({ ...issuerSettings, OIDC_EXAMPLE_ISSUER: withSlash }, outbound);
  expect((await signInAt(other, own)).profile.issuer).toBe(withSlash);
});

describe("an issuer on this machine", () => {
  /** A server that says of itself what `change` returns, and counts the requests to it. */
  function serveLocally(change: (origin: string) => Record<string, unknown> = () => ({})) {
    let count = 0;
    const server = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch(request): Response {
        count += 1;
        const { origin } = new URL(request.url);
        return Response.json({
          issuer: origin,
          authorization_endpoint: `${origin}/authorize`,
          token_endpoint: `${origin}/token`,
          jwks_uri: `${origin}/keys`,
          ...change(origin),
        });
      },
    });
    return {
      origin: server.url.origin,
      count: () => count,
      [Symbol.asyncDispose]: () => server.stop(true),
    };
  }

  test("may use http on its own host", async () => {
    await using local = serveLocally();
    const own = providerOf({ ...issuerSettings, OIDC_EXAMPLE_ISSUER: local.origin }, outbound);
    const url = await own.authorizationUrl(authorization);
    expect(url.href).toStartWith(`${local.origin}/authorize?`);
  });

  test("may not use http, nor this machine, on another host without the setting", async () => {
    await using other = serveLocally();
    await using local = serveLocally(() => ({ token_endpoint: `${other.origin}/token` }));
    const settings = { ...issuerSettings, OIDC_EXAMPLE_ISSUER: local.origin };
    const own = providerOf(settings, outbound);
    const url = own.authorizationUrl(authorization);
    expect(await providerErrorOf(url)).toBe("unavailable: discovery_invalid");

    const allowed = providerOf({ ...settings, OIDC_EXAMPLE_ALLOW_PRIVATE: "true" }, outbound);
    const accepted = await allowed.authorizationUrl(authorization);
    expect(accepted.href).toStartWith(`${local.origin}/authorize?`);
  });

  // security 81: a public issuer must not lead this service to its own network.
  test("is not called for a public issuer", async () => {
    await using local = serveLocally();
    const { port } = new URL(local.origin);
    standIn.metadata = { token_endpoint: `https://127.0.0.1:${port}/token` };
    const error = await providerErrorOf(signInAt(provider, standIn));
    expect(error).toBe("unavailable: token_private_address");
    expect(local.count()).toBe(0);
  });
});
