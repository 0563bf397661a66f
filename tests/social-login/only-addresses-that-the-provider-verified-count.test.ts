import { afterAll, describe, expect, test } from "bun:test";

import type { ProviderProfile } from "../../src/features/social-login/provider.ts";
import {
  createStandInKey,
  type OpenIdStandIn,
  serveOpenIdStandIn,
} from "../support/openid-stand-in.ts";
import { createManualClock } from "../support/outbox-scene.ts";
import { startProviderHosts } from "../support/provider-hosts.ts";
import {
  builtInProviderSettings,
  microsoftTenantId,
  openIdEndpoints,
} from "../support/provider-settings.ts";
import {
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
afterAll(() => hosts[Symbol.asyncDispose]());

type OpenIdName = keyof typeof openIdEndpoints;

/** What a provider says about a user with these claims in the ID token. */
async function profileAt(
  name: OpenIdName,
  claims: Record<string, unknown>,
  { settings = {}, endpoints, prepare }: ProfileOptions = {},
): Promise<ProviderProfile> {
  const environment = { ...builtInProviderSettings[name], ...settings };
  const provider = providerOf(environment, outbound);
  const clientId = Object.values(environment)[0] ?? "";
  const place = openIdEndpoints[name];
  const standIn = serveOpenIdStandIn(hosts, {
    issuer: place.issuer,
    endpoints: { ...place.endpoints, ...endpoints },
    clientId,
    key,
    now: clock.now,
  });
  standIn.claims = claims;
  prepare?.(standIn);
  return (await signInAt(provider, standIn)).profile;
}

interface ProfileOptions {
  readonly settings?: Record<string, string>;
  readonly endpoints?: Record<string, string>;
  readonly prepare?: (standIn: OpenIdStandIn) => void;
}

/** What a careless or hostile provider may send instead of the boolean `true`. */
const notTrue: unknown[] = ["false", "true", undefined, null, 1, 0, {}, false];

// security 77
test.each(notTrue)("Google's `email_verified: %p` verifies nothing", async (value) => {
  expect((await profileAt("google", { email_verified: value })).emailVerified).toBe(false);
});

test("Google's boolean `true` verifies, and both forms of its issuer are one", async () => {
  for (const iss of ["https://accounts.google.com", "accounts.google.com"]) {
    expect(await profileAt("google", { iss, name: "Ada" })).toMatchObject({
      issuer: "https://accounts.google.com",
      emailVerified: true,
      name: "Ada",
    });
  }
});

describe("Microsoft", () => {
  const tid = microsoftTenantId;

  // security 77: any tenant can give its users any address.
  test.each([undefined, "true", "1", 1, false])(
    "does not verify by `xms_edov: %p`",
    async (value) => {
      const profile = await profileAt("microsoft", { tid, email_verified: true, xms_edov: value });
      expect(profile).toMatchObject({ email: "ada@example.com", emailVerified: false });
    },
  );

  test("verifies by the boolean `xms_edov`", async () => {
    const profile = await profileAt("microsoft", { tid, xms_edov: true });
    expect(profile.emailVerified).toBe(true);
  });

  const other = "99999999-2222-3333-4444-555555555555";
  const personal = "9188040d-6c67-4c5b-b112-36a304b66dad";
  const issuerOf = (id: string): string => `https://login.microsoftonline.com/${id}/v2.0`;

  // security 75
  test.each([
    ["common", { tid: other }],
    ["common", { tid: undefined }],
    ["common", { tid: "x", iss: issuerOf("x") }],
    ["organizations", { tid: personal, iss: issuerOf(personal) }],
    ["consumers", { tid }],
    [other, { tid }],
    ["contoso.com", { tid: other, iss: issuerOf(other) }],
  ])("of the tenant %s refuses %p", async (tenant, claims) => {
    const profile = profileAt("microsoft", claims, atTenant(tenant));
    expect(await providerErrorOf(profile)).toBe("refused: issuer_wrong");
  });

  test.each(["common", "organizations", tid, "contoso.com"])(
    "of the tenant %s accepts",
    async (tenant) => {
      const profile = await profileAt("microsoft", { tid }, atTenant(tenant));
      expect(profile.issuer).toBe(issuerOf(tid));
    },
  );

  test("refuses a key that signs for another tenant", async () => {
    const withIssuer = (issuer: string) => ({
      prepare: (standIn: OpenIdStandIn) => {
        standIn.keys = [{ ...key, jwk: { ...key.jwk, issuer } }];
      },
    });
    const profile = profileAt("microsoft", { tid }, withIssuer(issuerOf(other)));
    expect(await providerErrorOf(profile)).toBe("refused: issuer_wrong");
    await profileAt("microsoft", { tid }, withIssuer(issuerOf("{tenantid}")));
  });

  /** The stand-in serves the endpoints of this tenant, whose domain belongs to the user's tenant. */
  function atTenant(tenant: string): ProfileOptions {
    const origin = `https://login.microsoftonline.com/${tenant}`;
    return {
      settings: { MICROSOFT_TENANT: tenant },
      endpoints: {
        discovery: `${origin}/v2.0/.well-known/openid-configuration`,
        token: `${origin}/oauth2/v2.0/token`,
        keys: `${origin}/discovery/v2.0/keys`,
      },
    };
  }
});

// Apple documents the claim as a string or a boolean.
test.each([
  [true, true],
  ["true", true],
  ["false", false],
  [undefined, false],
  [1, false],
])("Apple's `email_verified: %p` is %p", async (value, isVerified) => {
  expect((await profileAt("apple", { email_verified: value })).emailVerified).toBe(isVerified);
});

test.each([
  ['{"name":{"firstName":"Ada","lastName":"Lovelace"},"email":"eve@evil.test"}', "Ada Lovelace"],
  ['{"name":{"firstName":"Ada"}}', "Ada"],
  ['{"name":{"firstName":{"a":1},"lastName":"x\\u0000"}}', null],
  ["{", null],
  ["null", null],
  ["[]", null],
])("Apple's form parameter `user` gives the name alone: %s", async (user, name) => {
  const provider = providerOf(builtInProviderSettings.apple, outbound);
  const place = openIdEndpoints.apple;
  const clientId = "com.example.web";
  const standIn = serveOpenIdStandIn(hosts, { ...place, clientId, key, now: clock.now });
  const { profile } = await signInAt(provider, standIn, { parameters: new Map([["user", user]]) });
  expect(profile).toMatchObject({ email: "ada@example.com", name });
});

describe("GitHub", () => {
  const primary = { email: "ada@example.com", primary: true, verified: true };
  const other = { email: "eve@evil.test", primary: false, verified: true };

  async function profileOf(emails: unknown, user: unknown = {}): Promise<ProviderProfile> {
    hosts.serve("github.com", () =>
      Response.json({ access_token: "gho_1", token_type: "bearer", scope: "user:email" }),
    );
    hosts.serve("api.github.com", ({ url }) =>
      Response.json(
        new URL(url).pathname.endsWith("/emails")
          ? emails
          : { id: 583_231, name: "Ada", email: "public@evil.test", ...Object(user) },
      ),
    );
    const github = providerOf(builtInProviderSettings.github, outbound);
    return (await github.redeem(codeResponse())).profile;
  }

  test("gives the primary address, and whether it is verified", async () => {
    expect(await profileOf([other, primary], { avatar_url: "https://a.test/1" })).toEqual({
      issuer: "https://github.com",
      subject: "583231",
      email: "ada@example.com",
      emailVerified: true,
      name: "Ada",
      avatarUrl: "https://a.test/1",
      locale: null,
    });
    const request = hosts.requests.findLast(({ url }) => url === "https://api.github.com/user");
    expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
      accept: "application/vnd.github+json",
      authorization: "Bearer gho_1",
      "x-github-api-version": "2022-11-28",
      "user-agent": expect.stringContaining("gatehouse"),
    });
  });

  // security 77
  test.each([
    ["an unverified primary address", [{ ...primary, verified: false }, other], "ada@example.com"],
    ["a primary address with a string", [{ ...primary, verified: "true" }], "ada@example.com"],
    ["no primary address", [other, null, 1], null],
    ["no address at all", [], null],
  ])("verifies nothing with %s", async (_name, emails, email) => {
    expect(await profileOf(emails)).toMatchObject({ email, emailVerified: false });
  });

  test.each([
    ["no list of addresses", { message: "Not Found" }, {}],
    ["no id", [primary], { id: "583231" }],
  ])("is unavailable with %s", async (_name, emails, user) => {
    expect(await providerErrorOf(profileOf(emails, user))).toBe("unavailable: profile_invalid");
  });
});

describe("Discord", () => {
  async function profileOf(user: Record<string, unknown>): Promise<ProviderProfile> {
    hosts.serve("discord.com", ({ url }) =>
      Response.json(
        url.endsWith("/oauth2/token")
          ? { access_token: "d-1", token_type: "Bearer", expires_in: 604_800 }
          : { id: "80351110224678912", username: "ada", email: "ada@example.com", ...user },
      ),
    );
    const discord = providerOf(builtInProviderSettings.discord, outbound);
    return (await discord.redeem(codeResponse())).profile;
  }

  test("gives the address and the address of the avatar", async () => {
    expect(await profileOf({ verified: true, avatar: "8342729096ea", locale: "en-US" })).toEqual({
      issuer: "https://discord.com",
      subject: "80351110224678912",
      email: "ada@example.com",
      emailVerified: true,
      name: "ada",
      avatarUrl: "https://cdn.discordapp.com/avatars/80351110224678912/8342729096ea.png",
      locale: "en-US",
    });
  });

  // security 77
  test.each(notTrue)("does not verify by `verified: %p`", async (verified) => {
    expect((await profileOf({ verified })).emailVerified).toBe(false);
  });
});

describe("an OpenID provider whose ID token has no address", () => {
  async function profileWith(
    claims: Record<string, unknown>,
    userinfo: Record<string, unknown>,
  ): Promise<ProviderProfile> {
    const { OIDC_EXAMPLE_ISSUER: issuer, OIDC_EXAMPLE_CLIENT_ID: clientId } = issuerSettings;
    const standIn = serveOpenIdStandIn(hosts, { issuer, clientId, key, now: clock.now });
    standIn.claims = { email: undefined, email_verified: undefined, ...claims };
    standIn.userinfo = userinfo;
    const provider = providersOf(issuerSettings, outbound).get("example");
    if (provider === undefined) throw new Error("no provider");
    return (await signInAt(provider, standIn)).profile;
  }

  test("is asked for it at the userinfo endpoint", async () => {
    const userinfo = { sub: "user-1", email: "ada@example.com", email_verified: true, name: "Ada" };
    expect(await profileWith({ name: "Ada L." }, userinfo)).toMatchObject({
      email: "ada@example.com",
      emailVerified: true,
      name: "Ada L.",
    });
  });

  // security 77
  test("does not verify an address of elsewhere by the ID token", async () => {
    const userinfo = { sub: "user-1", email: "ada@example.com" };
    const profile = await profileWith({ email_verified: true }, userinfo);
    expect(profile).toMatchObject({ email: "ada@example.com", emailVerified: false });
  });

  // OpenID Connect Core §5.3.2: the response may be of another user.
  test.each([{ sub: "user-2" }, {}])("is refused with the profile %p", async (subject) => {
    const userinfo = { email: "ada@example.com", email_verified: true, ...subject };
    expect(await providerErrorOf(profileWith({}, userinfo))).toBe("refused: profile_of_another");
  });
});

test("profile fields that are too long or malformed are dropped", async () => {
  const profile = await profileAt("google", {
    email: `${"a".repeat(320)}@example.com`,
    name: "A\0da",
    picture: "javascript:alert(1)",
    locale: "x".repeat(36),
  });
  expect(profile).toMatchObject({ email: null, name: null, avatarUrl: null, locale: null });
});
