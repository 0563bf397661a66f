import { afterAll, expect, test } from "bun:test";
import { createHash, createPublicKey } from "node:crypto";
import { jwtVerify } from "jose";

import { createStandInKey, serveOpenIdStandIn } from "../support/openid-stand-in.ts";
import { createManualClock } from "../support/outbox-scene.ts";
import { startProviderHosts } from "../support/provider-hosts.ts";
import {
  appleKey,
  builtInProviderSettings,
  openIdEndpoints,
} from "../support/provider-settings.ts";
import {
  authorization,
  codeResponse,
  issuerSettings,
  providerErrorOf,
  providerOf,
  providersOf,
  signInAt,
} from "../support/providers.ts";

const hosts = startProviderHosts();
const clock = createManualClock();
const outbound = { httpClient: hosts.httpClient, clock };
const key = await createStandInKey("key-1", "RS256");
const example = serveOpenIdStandIn(hosts, {
  issuer: issuerSettings.OIDC_EXAMPLE_ISSUER,
  clientId: issuerSettings.OIDC_EXAMPLE_CLIENT_ID,
  key,
  now: clock.now,
});
afterAll(() => hosts[Symbol.asyncDispose]());

const providers = providersOf(
  Object.assign({}, issuerSettings, ...Object.values(builtInProviderSettings)),
  outbound,
);
const challenge = createHash("sha256").update(authorization.codeVerifier).digest("base64url");

const addresses = {
  google: "https://accounts.google.com/o/oauth2/v2/auth",
  github: "https://github.com/login/oauth/authorize",
  microsoft: "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
  gitlab: "https://gitlab.com/oauth/authorize",
  discord: "https://discord.com/oauth2/authorize",
  apple: "https://appleid.apple.com/auth/authorize",
  example: "https://issuer.test/authorize",
};

// security 74
test.each(Object.entries(addresses))("%s gets S256 and not the verifier", async (name, address) => {
  const url = await providers.get(name)?.authorizationUrl(authorization);
  const parameters = Object.fromEntries(url?.searchParams ?? []);
  expect(`${url?.origin}${url?.pathname}`).toBe(address);
  expect(parameters).toMatchObject({
    response_type: "code",
    state: "the-state",
    redirect_uri: authorization.redirectUri,
    // Apple documents no code challenge.
    ...(name === "apple" ? {} : { code_challenge: challenge, code_challenge_method: "S256" }),
    // GitHub and Discord have no ID tokens.
    ...(["github", "discord"].includes(name) ? {} : { nonce: "the-nonce" }),
    ...(name === "apple" ? { response_mode: "form_post" } : {}),
  });
  expect(url?.href).not.toContain(authorization.codeVerifier);
  expect(url?.href).not.toContain("secret");
});

test("each provider has its own name, response mode and issuer", async () => {
  const described = await Promise.all(
    [...providers.values()].map(async ({ name, responseMode, responseIssuer, verifyIdToken }) => [
      name,
      responseMode,
      (await responseIssuer())?.issuer,
      verifyIdToken !== null,
    ]),
  );
  expect(described).toEqual([
    ["google", "query", "https://accounts.google.com", true],
    ["github", "query", undefined, false],
    ["microsoft", "query", undefined, true],
    ["gitlab", "query", "https://gitlab.com", true],
    ["discord", "query", "https://discord.com", false],
    ["apple", "form_post", "https://appleid.apple.com", true],
    ["example", "query", "https://issuer.test", true],
  ]);
});

// security 74
test("a code with the verifier of another sign-in is refused by the provider", async () => {
  const provider = providers.get("example") ?? providerOf(issuerSettings, outbound);
  const other = { codeVerifier: "w".repeat(43) };
  expect(await providerErrorOf(signInAt(provider, example, other))).toBe("refused: code_refused");
  expect((await signInAt(provider, example)).profile.subject).toBe("user-1");
});

test("a code is redeemed with the verifier, the address of the callback, and encoded credentials", async () => {
  const provider = providerOf(issuerSettings, outbound);
  await signInAt(provider, example);
  const request = hosts.requests.findLast(({ url }) => url === "https://issuer.test/token");
  const { code, ...body } = Object.fromEntries(new URLSearchParams(request?.body));
  expect(code).toStartWith("code-");
  expect(body).toEqual({
    grant_type: "authorization_code",
    redirect_uri: authorization.redirectUri,
    code_verifier: authorization.codeVerifier,
  });
  // RFC 6749 §2.3.1: the colon of the secret is encoded.
  const credentials = Buffer.from("gatehouse:s3cret%3A+with%2Fsigns").toString("base64");
  expect(request?.headers.get("authorization")).toBe(`Basic ${credentials}`);
});

test.each([
  ["client_secret_post", { OIDC_EXAMPLE_CLIENT_SECRET: "s3cret" }, "s3cret"],
  ["none", { OIDC_EXAMPLE_CLIENT_SECRET: "" }, undefined],
])("a client may authenticate with %s", async (method, settings, secret) => {
  example.metadata = { token_endpoint_auth_methods_supported: [method] };
  await signInAt(providerOf({ ...issuerSettings, ...settings }, outbound), example);
  example.metadata = {};
  const request = hosts.requests.findLast(({ url }) => url === "https://issuer.test/token");
  const body = Object.fromEntries(new URLSearchParams(request?.body));
  expect(body).toMatchObject({ client_id: "gatehouse" });
  expect(body["client_secret"]).toBe(secret);
  expect(request?.headers.get("authorization")).toBeNull();
});

test("the client secret of Apple is a token of five minutes, signed with the key", async () => {
  const standIn = serveOpenIdStandIn(hosts, {
    ...openIdEndpoints.apple,
    clientId: "com.example.web",
    key,
    now: clock.now,
  });
  standIn.responses.set("token", () => Response.json({ error: "invalid_grant" }, { status: 400 }));
  const redeemed = providers.get("apple")?.redeem(codeResponse());
  expect(await providerErrorOf(redeemed ?? Promise.resolve())).toBe("refused: code_refused");
  const body = new URLSearchParams(hosts.requests.at(-1)?.body);
  const { payload, protectedHeader } = await jwtVerify(
    body.get("client_secret") ?? "",
    createPublicKey(appleKey),
    { currentDate: clock.now() },
  );
  expect(protectedHeader).toMatchObject({ alg: "ES256", kid: "KEY1234567" });
  const iat = clock.now().getTime() / 1000;
  expect(payload).toEqual({
    iss: "ABCDE12345",
    sub: "com.example.web",
    aud: "https://appleid.apple.com",
    iat,
    exp: iat + 300,
  });
});
