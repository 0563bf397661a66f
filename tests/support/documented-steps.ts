import type { DocumentedScene, DocumentedSceneOptions, ReaderSteps } from "./documented-scene.ts";
import { createHttpBrowser } from "./http-browser.ts";
import { goodPassword } from "./journey.ts";
import { type OpenIdProvider, startOpenIdProvider } from "./openid-provider.ts";
import { formsOf } from "./page-forms.ts";
import { authorizeQuery, callback, challenge, verifier } from "./relying-party.ts";
import { authenticatorApp } from "./second-factor.ts";
import { signInAtOpenIdProvider } from "./social-sign-in.ts";
import { findSparePort } from "./spare-port.ts";

/** The last value of a member of a JSON response. */
const last = (scene: DocumentedScene, member: string): Promise<string> => scene.lastOf(member);

/** The steps of the pages that need no other server. */
export function createReaderSteps(): ReaderSteps {
  const uses = new Map<string, number>();
  return {
    last,
    /** A code of the app with the last secret that was shown: the present one, then the next one. */
    async code(scene) {
      const secret = await scene.lastOf("secret");
      const count = uses.get(secret) ?? 0;
      uses.set(secret, count + 1);
      if (count > 1) throw new Error("a third code would be valid only after half a minute");
      return authenticatorApp(secret).code(count * 30);
    },
    /** The user ada signs in in a browser, and allows a client. */
    async allow({ server }, clientId) {
      const browser = createHttpBrowser();
      const query = authorizeQuery(clientId.trim());
      const signIn = await browser.open(
        `http://localhost:${new URL(server.url).port}/oauth/authorize?${query}`,
      );
      const ada = { email: "ada@example.com", password: goodPassword };
      const asked = await browser.submit(signIn, ada, callback);
      const form = formsOf(asked.text).find(({ button }) => button === "Allow");
      if (form === undefined) throw new Error(`nothing to allow: ${asked.url.href} ${asked.text}`);
      const to = new URL(form.action, asked.url);
      const visit = { method: "POST", form: form.fields, from: asked, stopAt: callback } as const;
      return (await browser.open(to, visit)).headers.get("location") ?? "";
    },
  };
}

const application = "https://app.example.com/signed-in";
const appWithSdk = "http://127.0.0.1/sdk";

/** An OpenID Connect provider with the name `keycloak` at Gatehouse, and what a user does there. */
export async function startSocialLogin(
  stack: AsyncDisposableStack,
): Promise<DocumentedSceneOptions> {
  const port = String(await findSparePort());
  const publicUrl = `http://localhost:${port}`;
  const returns = [`${publicUrl}/api/v1/auth/oauth/keycloak/callback`, appWithSdk];
  const provider = stack.use(await startOpenIdProvider(returns));
  for (const login of ["grace", "ada"]) {
    provider.setAccount(login, { email: `${login}@provider.example`, email_verified: true });
  }
  const social = provider.settings("KEYCLOAK");
  return {
    settings: { ...social, PORT: port, PUBLIC_URL: publicUrl, REDIRECT_URIS: application },
    steps: {
      last,
      /** A new user signs in, from the address that the page prints; gives the code. */
      async "sign-in"(_scene, address) {
        const browser = createHttpBrowser();
        const page = await browser.open(address);
        const end = signInAtOpenIdProvider(browser, page, "grace", application);
        return codeOf((await end).headers);
      },
      /** The user ada links an identity, by the address of the last response. */
      async link(scene) {
        const browser = createHttpBrowser();
        const question = await browser.open(await scene.lastOf("authorize_url"));
        const leaving = await browser.submit(question);
        const [, address = ""] = /class="button" href="([^"]+)"/.exec(leaving.text) ?? [];
        const page = await browser.open(address.replaceAll("&amp;", "&"), { from: leaving });
        const end = await signInAtOpenIdProvider(browser, page, "ada", application);
        return end.headers.get("location") ?? `${end.status} ${end.text}`;
      },
      "id-token": (_scene, nonce) => idTokenOf(provider, social, nonce),
    },
  };
}

function codeOf(headers: Headers): string {
  const code = new URL(headers.get("location") ?? "").searchParams.get("code");
  if (code === null) throw new Error("no code");
  return code;
}

/** The ID token that a provider's own SDK gives an application. */
async function idTokenOf(
  { issuer }: OpenIdProvider,
  settings: Readonly<Record<string, string>>,
  nonce: string,
): Promise<string> {
  const id = settings["OIDC_KEYCLOAK_CLIENT_ID"] ?? "";
  const query = new URLSearchParams({
    client_id: id,
    redirect_uri: appWithSdk,
    response_type: "code",
    scope: "openid email",
    nonce,
    code_challenge: challenge,
    code_challenge_method: "S256",
  });
  const browser = createHttpBrowser();
  const page = await browser.open(`${issuer}/auth?${query}`);
  const end = await signInAtOpenIdProvider(browser, page, "grace", appWithSdk);
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${btoa(`${id}:${settings["OIDC_KEYCLOAK_CLIENT_SECRET"]}`)}` },
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: codeOf(end.headers),
      redirect_uri: appWithSdk,
      code_verifier: verifier,
    }),
  });
  const { id_token: token } = await response.json();
  return String(token);
}
