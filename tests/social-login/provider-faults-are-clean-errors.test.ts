import { afterAll, beforeEach, describe, expect, test } from "bun:test";

import type { Provider } from "../../src/features/social-login/provider.ts";
import {
  createStandInKey,
  type OpenIdStandIn,
  serveOpenIdStandIn,
} from "../support/openid-stand-in.ts";
import { createManualClock } from "../support/outbox-scene.ts";
import { startProviderHosts } from "../support/provider-hosts.ts";
import { builtInProviderSettings, openIdEndpoints } from "../support/provider-settings.ts";
import {
  authorization,
  codeResponse,
  issuerSettings,
  providerErrorOf,
  providerOf,
  signInAt,
} from "../support/providers.ts";

const hosts = startProviderHosts();
const impatient = startProviderHosts({ timeoutSeconds: 0.2 });
const clock = createManualClock();
const outbound = { httpClient: hosts.httpClient, clock };
const key = await createStandInKey("key-1", "RS256");
afterAll(async () => {
  await hosts[Symbol.asyncDispose]();
  await impatient[Symbol.asyncDispose]();
});

const { OIDC_EXAMPLE_ISSUER: issuer, OIDC_EXAMPLE_CLIENT_ID: clientId } = issuerSettings;
let standIn: OpenIdStandIn;
let provider: Provider;

beforeEach(() => {
  standIn = serveOpenIdStandIn(hosts, { issuer, clientId, key, now: clock.now });
  provider = providerOf(issuerSettings, outbound);
});

/** A response whose body comes byte by byte and has no end. */
function drip(): Response {
  const timers = new Set<Timer>();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      timers.add(setInterval(() => controller.enqueue(new Uint8Array([32])), 20));
    },
    cancel: () => timers.forEach((timer) => clearInterval(timer)),
  });
  return new Response(body);
}

const html = (): Response =>
  new Response("<!doctype html><p>Down", { headers: { "content-type": "text/html" } });
const error =
  (code: string, status = 400) =>
  (): Response =>
    Response.json({ error: code }, { status });

/** What a token endpoint may respond, and what becomes of it. */
const tokenResponses: [string, () => Response, string][] = [
  ["500", () => new Response("oops", { status: 500 }), "unavailable: token_server_error"],
  ["500 with JSON", error("server_error", 500), "unavailable: token_server_error"],
  ["429", error("slow_down", 429), "unavailable: token_too_many_requests"],
  ["HTML", html, "unavailable: token_not_json"],
  ["HTML with 404", () => new Response("<p>", { status: 404 }), "unavailable: token_not_json"],
  ["invalid JSON", () => new Response('{"access_token":"'), "unavailable: token_not_json"],
  ["no body", () => new Response(null, { status: 204 }), "unavailable: token_not_json"],
  ["a list", () => Response.json([]), "unavailable: token_response_invalid"],
  ["null", () => Response.json(null), "unavailable: token_response_invalid"],
  ["no access token", () => Response.json({}), "unavailable: token_response_invalid"],
  [
    "an access token with a line break",
    () => Response.json({ access_token: "a\r\nx-evil: 1" }),
    "unavailable: token_response_invalid",
  ],
  [
    "another type of token",
    () => Response.json({ access_token: "a", token_type: "mac" }),
    "unavailable: token_response_invalid",
  ],
  [
    "400 without an error",
    () => Response.json({ access_token: "a" }, { status: 400 }),
    "unavailable: token_response_invalid",
  ],
  ["no ID token", () => Response.json({ access_token: "a" }), "unavailable: id_token_missing"],
  [
    "more than 64 KiB",
    () => Response.json({ access_token: "a", padding: "x".repeat(65_536) }),
    "unavailable: token_too_large",
  ],
  [
    "a redirect to this machine",
    () => Response.redirect("http://127.0.0.1:1/token"),
    "unavailable: token_redirect",
  ],
  [
    "a redirect that keeps the method",
    () => Response.redirect("https://evil.test/token", 307),
    "unavailable: token_redirect",
  ],
  ["invalid_grant", error("invalid_grant"), "refused: code_refused"],
  ["invalid_client", error("invalid_client", 401), "unavailable: client_refused"],
  ["temporarily_unavailable", error("temporarily_unavailable"), "unavailable: token_server_error"],
  ["an unknown error", error("</script>"), "refused: token_request_refused"],
];

// security 81
test.each(tokenResponses)(
  "a token endpoint that responds with %s",
  async (_name, respond, expected) => {
    standIn.responses.set("token", respond);
    const sent = hosts.requests.length;
    expect(await providerErrorOf(signInAt(provider, standIn))).toBe(expected);
    const hostsAsked = hosts.requests.slice(sent).map(({ url }) => new URL(url).host);
    expect(new Set(hostsAsked)).toEqual(new Set(["issuer.test"]));
  },
);

// security 81
test("GitHub's errors have the status 200", async () => {
  const github = providerOf(builtInProviderSettings.github, outbound);
  for (const [code, expected] of [
    ["bad_verification_code", "refused: code_refused"],
    ["incorrect_client_credentials", "unavailable: client_refused"],
    ["unverified_user_email", "refused: token_request_refused"],
  ] as const) {
    hosts.serve("github.com", error(code, 200));
    expect(await providerErrorOf(github.redeem(codeResponse()))).toBe(expected);
  }
});

// security 81
test("GitHub's API is unavailable when it refuses the token, fails or sends HTML", async () => {
  const github = providerOf(builtInProviderSettings.github, outbound);
  hosts.serve("github.com", () => Response.json({ access_token: "gho_1", token_type: "bearer" }));
  for (const [respond, expected] of [
    [() => Response.json({ message: "Bad credentials" }, { status: 401 }), "profile_refused"],
    [() => new Response("", { status: 502 }), "profile_server_error"],
    [html, "profile_not_json"],
  ] as const) {
    hosts.serve("api.github.com", respond);
    expect(await providerErrorOf(github.redeem(codeResponse()))).toBe(`unavailable: ${expected}`);
  }
});

test("GitLab is asked for the address at its own userinfo endpoint", async () => {
  const gitlab = providerOf(builtInProviderSettings.gitlab, outbound);
  const place = openIdEndpoints.gitlab;
  const other = serveOpenIdStandIn(hosts, {
    ...place,
    clientId: "gitlab-client",
    key,
    now: clock.now,
  });
  other.claims = { email: undefined, email_verified: undefined };
  other.userinfo = { sub: "user-1", email: "ada@example.com", email_verified: true };
  expect((await signInAt(gitlab, other)).profile).toMatchObject({
    issuer: "https://gitlab.com",
    email: "ada@example.com",
    emailVerified: true,
  });
  other.responses.set("userinfo", html);
  expect(await providerErrorOf(signInAt(gitlab, other))).toBe("unavailable: profile_not_json");
});

describe("a provider that is slow", () => {
  // security 81
  test.each(["discovery", "keys", "token"] as const)(
    "at the %s endpoint is given up",
    async (place) => {
      const slow = serveOpenIdStandIn(impatient, { issuer, clientId, key, now: clock.now });
      slow.responses.set(place, drip);
      const own = providerOf(issuerSettings, { httpClient: impatient.httpClient, clock });
      expect(await providerErrorOf(signInAt(own, slow))).toBe(`unavailable: ${place}_timeout`);
    },
  );
});

// security 81
test("a provider that is down delays no start, and is asked again after five seconds", async () => {
  const down = { ...issuerSettings, OIDC_EXAMPLE_ISSUER: "https://down.test" };
  const sent = hosts.requests.length;
  const own = providerOf(down, outbound);
  expect(hosts.requests.length).toBe(sent);
  const ask = (): Promise<string> => providerErrorOf(own.authorizationUrl(authorization));
  expect(await ask()).toBe("unavailable: discovery_unreachable");

  const late = serveOpenIdStandIn(hosts, {
    issuer: "https://down.test",
    clientId,
    key,
    now: clock.now,
  });
  expect(await ask()).toBe("unavailable: discovery_unreachable");
  clock.advance(5);
  expect((await signInAt(own, late)).profile.issuer).toBe("https://down.test");
});
