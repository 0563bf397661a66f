import { browserHeaders, type BrowserUser, signUpInBrowser } from "./browser-session.ts";
import { registerClient, type TestClient } from "./clients.ts";
import type { Answer } from "./http-call.ts";
import { formsOf, pathFrom, press } from "./page-forms.ts";
import type { TestApp } from "./test-app.ts";

/** Where the clients of tests get their responses. */
export const callback = "https://app.example/callback";

/** A PKCE pair (RFC 7636 Appendix B). */
export const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
export const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/** The query of an authorization request. Members with undefined are left out. */
export function authorizeQuery(
  clientId: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = {
    client_id: clientId,
    redirect_uri: callback,
    response_type: "code",
    scope: "openid",
    state: "the-state",
    code_challenge: challenge,
    code_challenge_method: "S256",
    ...parameters,
  };
  const sent = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return new URLSearchParams(sent).toString();
}

/** Sends an authorization request with the cookie of a browser session; without one, as a browser that is not signed in. */
export function askToAuthorize(
  app: Pick<TestApp, "call">,
  query: string,
  browserToken: string | null,
): Promise<Answer> {
  const session = browserToken === null ? {} : browserHeaders(browserToken);
  const headers = { "sec-fetch-mode": "navigate", ...session };
  return app.call("GET", `/oauth/authorize?${query}`, { headers });
}

/** The same, and presses "Allow" where the user is asked. Gives the response that leads to the client. */
export async function authorizeAs(
  app: Pick<TestApp, "call">,
  query: string,
  browserToken: string,
): Promise<Answer> {
  const answer = await askToAuthorize(app, query, browserToken);
  const isAsked =
    answer.status === 200 && formsOf(answer.text).some(({ button }) => button === "Allow");
  if (!isAsked) return answer;
  const page = { ...answer, path: pathFrom("/oauth/authorize") };
  return press(app, page, "Allow", { headers: browserHeaders(browserToken) });
}

/** The parameters of a redirect to the client. */
export function responseOf(answer: Answer): Record<string, string> {
  const location = answer.headers.get("location") ?? "";
  if (!location.startsWith(callback)) {
    throw new Error(`${answer.status} leads to ${location || answer.text.slice(0, 400)}`);
  }
  return Object.fromEntries(new URL(location).searchParams);
}

/** A code that a user allowed a client. */
export async function codeOf(
  app: Pick<TestApp, "call">,
  clientId: string,
  browserToken: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const answer = await authorizeAs(app, authorizeQuery(clientId, parameters), browserToken);
  const { code } = responseOf(answer);
  if (code === undefined) throw new Error(`no code: ${answer.headers.get("location")}`);
  return code;
}

/** A client with a secret, and one without. */
export async function registerBothKinds(
  app: TestApp,
): Promise<{ client: TestClient; open: TestClient }> {
  const common = { redirectUris: [callback] };
  return {
    client: await registerClient(app, { ...common, name: "Notes" }),
    open: await registerClient(app, { ...common, name: "Open", tokenEndpointAuthMethod: "none" }),
  };
}

/** A user in a browser, and a client that they allowed `scope`: its requests are answered without the page of consent. */
export async function signUpAndAllow(
  app: TestApp,
  scope = "openid",
): Promise<{ user: BrowserUser; client: TestClient }> {
  const user = await signUpInBrowser(app);
  const client = await registerClient(app, { name: "Notes", redirectUris: [callback] });
  await codeOf(app, client.id, user.token, { scope });
  return { user, client };
}

/** Redeems a code. */
export function redeem(
  app: Pick<TestApp, "call">,
  client: { readonly authorization: string } | { readonly id: string },
  code: string,
  parameters: Readonly<Record<string, string | undefined>> = {},
): Promise<Answer> {
  const all: Record<string, string | undefined> = {
    grant_type: "authorization_code",
    code,
    redirect_uri: callback,
    code_verifier: verifier,
    ...("authorization" in client ? {} : { client_id: client.id }),
    ...parameters,
  };
  const form = Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const headers = "authorization" in client ? { authorization: client.authorization } : {};
  return app.call("POST", "/oauth/token", { form, headers });
}
