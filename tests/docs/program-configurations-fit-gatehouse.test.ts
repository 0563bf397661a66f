import { beforeAll, describe, expect, test } from "bun:test";

import { browserHeaders, signUpInBrowser } from "../support/browser-session.ts";
import { registerClient } from "../support/clients.ts";
import { examplesOf } from "../support/document-examples.ts";
import { decodeToken } from "../support/forge-token.ts";
import { authorizeQuery, redeem } from "../support/relying-party.ts";
import { useTestApp } from "../support/test-app.ts";

const origin = "https://auth.example.com";
const app = useTestApp({ settings: { PUBLIC_URL: origin } });

/** What an example has of an option of the command that registers a client. */
function optionOf(example: string, option: string): string | undefined {
  return new RegExp(`gatehouse clients create[^]*? --${option} (\\S+)`).exec(example)?.[1];
}

interface Program {
  readonly name: string;
  /** Where its configuration says that it asks for scopes and reads claims. */
  readonly scopes: RegExp;
  readonly claims: RegExp;
  /** The redirect URI that it forms of its configuration. */
  redirectUri(configuration: string): string;
}

const programs: readonly Program[] = [
  {
    name: "oauth2-proxy",
    scopes: /^scope = "([^"]+)"$/gm,
    claims: /^oidc_groups_claim = "(\w+)"$/gm,
    redirectUri: (text) => /^redirect_url = "([^"]+)"$/m.exec(text)?.[1] ?? "",
  },
  {
    name: "Grafana",
    scopes: /^scopes = (.+)$/gm,
    claims: /^\w+_attribute_path = (?:contains\()?(\w+)/gm,
    redirectUri: (text) => `${/^root_url = (.+)$/m.exec(text)?.[1]}login/generic_oauth`,
  },
  {
    name: "Gitea",
    scopes: /--scopes (\S+)/g,
    claims: /--group-claim-name (\S+)/g,
    redirectUri: (text) => {
      const source = /add-oauth --name (\S+)/.exec(text)?.[1];
      return `https://git.example.com/user/oauth2/${source}/callback`;
    },
  },
  {
    name: "Nextcloud",
    scopes: /--scope="([^"]+)"/g,
    claims: /--mapping-[\w-]+=(\w+)/g,
    redirectUri: () => "https://cloud.example.com/apps/user_oidc/code",
  },
];

const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(pattern)].flatMap(([, found = ""]) => found.split(" "));

describe.each([...programs])("the configuration of $name", ({ name, redirectUri, ...program }) => {
  let configuration = "";
  let metadata: Record<string, unknown> = {};

  beforeAll(async () => {
    configuration = (await examplesOf("docs/openid-provider.md", name)).join("\n");
    metadata = (await app.call("GET", "/.well-known/openid-configuration")).json;
  });

  test("has the addresses of the discovery document", () => {
    const used = [...configuration.matchAll(/https:\/\/auth\.example\.com[^\s"?]*/g)].map(String);
    const known = [
      origin,
      `${origin}/.well-known/openid-configuration`,
      ...Object.values(metadata),
    ];
    expect(used.length).toBeGreaterThan(0);
    for (const address of used) expect(known).toContain(address);
  });

  test("asks for scopes that are supported, and reads claims that they give", async () => {
    const scopes = matches(configuration, program.scopes);
    expect(scopes).toContain("openid");
    expect(metadata["scopes_supported"]).toEqual(expect.arrayContaining(scopes));

    const uri = optionOf(configuration, "redirect-uri") ?? "";
    expect(uri).toBe(redirectUri(configuration));
    const postLogout = optionOf(configuration, "post-logout-redirect-uri");
    const backchannel = optionOf(configuration, "backchannel-logout-uri");
    const client = await registerClient(app, {
      name,
      redirectUris: [uri],
      ...(postLogout === undefined ? {} : { postLogoutRedirectUris: [postLogout] }),
      ...(backchannel === undefined ? {} : { backchannelLogoutUri: backchannel }),
      trusted: true,
    });
    const user = await signUpInBrowser(app);
    await app.rows(
      `update users set name = 'Ada', username = 'ada-${name}', locale = 'de' where id = '${user.userId}'`,
    );
    const query = authorizeQuery(client.id, { redirect_uri: uri, scope: scopes.join(" ") });
    const headers = browserHeaders(user.token, "__Host-gatehouse_session");
    const answer = await app.call("GET", `/oauth/authorize?${query}`, { headers });
    const code = new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
    const tokens = await redeem(app, client, code, { redirect_uri: uri });
    expect(tokens.json.scope).toBe(scopes.join(" "));
    const bearer: string = tokens.json.access_token;
    const claims = (await app.call("GET", "/oauth/userinfo", { bearer })).json;
    const read = matches(configuration, program.claims);
    expect(read.length).toBeGreaterThan(0);
    expect(Object.keys(claims)).toEqual(expect.arrayContaining(read));
    // The programs that read the ID token alone get the roles too.
    expect(decodeToken(tokens.json.id_token).claims["roles"]).toEqual(["user"]);

    if (postLogout === undefined) return;
    const hint = new URLSearchParams({
      id_token_hint: tokens.json.id_token,
      post_logout_redirect_uri: postLogout,
    });
    const signedOut = await app.call("GET", `/oauth/end-session?${hint}`, { headers });
    expect(signedOut.headers.get("location")).toBe(postLogout);
  });
});
