import { createRemoteJWKSet, jwtVerify } from "jose";
import * as openid from "openid-client";

/** An application on the loopback address whose users sign in with `openid-client`. Its pages are for a browser. */
export interface RelyingApplication extends AsyncDisposable {
  readonly url: string;
  readonly redirectUri: string;
  readonly postLogoutRedirectUri: string;
  readonly backchannelLogoutUri: string;
  /** Learns the provider from its metadata. */
  connect(issuer: string, client: { readonly id: string; readonly secret: string }): Promise<void>;
  /** The claims of the logout tokens that it has verified. */
  readonly loggedOut: readonly Record<string, unknown>[];
}

/** A user's session in the application. */
interface ApplicationSession {
  readonly idToken: string;
  readonly claims: openid.IDToken;
  readonly email: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

interface Provider {
  readonly config: openid.Configuration;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  readonly clientId: string;
}

const cookieName = "application_session";

/** Starts it. What goes wrong is printed. */
export function startRelyingApplication(): RelyingApplication {
  const requests = new Map<string, { pkceCodeVerifier: string; expectedNonce: string }>();
  const sessions = new Map<string, ApplicationSession>();
  const loggedOut: Record<string, unknown>[] = [];
  let connected: Provider | null = null;

  const provider = (): Provider => {
    if (connected === null) throw new Error("the application knows no provider");
    return connected;
  };
  const sessionOf = (request: Request) => {
    const id = new RegExp(`${cookieName}=([\\w-]+)`).exec(request.headers.get("cookie") ?? "")?.[1];
    const session = id === undefined ? undefined : sessions.get(id);
    return id === undefined || session === undefined ? null : { id, session };
  };

  function startPage(request: Request): Response {
    const found = sessionOf(request);
    if (found === null) {
      return page("Notes", link("/sign-in", "Sign in") + link("/sign-in?form_post", "By form"));
    }
    const { claims, email } = found.session;
    const acr = typeof claims["acr"] === "string" ? claims["acr"] : "no acr";
    const told = `<p>Signed in as ${email} with ${acr}.</p>`;
    return page("Notes", told + link("/refresh", "Refresh") + link("/sign-out", "Sign out"));
  }

  async function beginSignIn(request: Request): Promise<Response> {
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const [state, expectedNonce] = [openid.randomState(), openid.randomNonce()];
    requests.set(state, { pkceCodeVerifier, expectedNonce });
    const isByForm = new URL(request.url).searchParams.has("form_post");
    const address = openid.buildAuthorizationUrl(provider().config, {
      redirect_uri: redirectUri,
      scope: "openid profile email offline_access",
      state,
      nonce: expectedNonce,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: "S256",
      ...(isByForm ? { response_mode: "form_post" } : {}),
    });
    return Response.redirect(address.href, 303);
  }

  async function finishSignIn(request: Request): Promise<Response> {
    const { config } = provider();
    const { method, headers } = request;
    const body = method === "POST" ? await request.text() : null;
    const sent = body === null ? new URL(request.url).searchParams : new URLSearchParams(body);
    const expectedState = sent.get("state") ?? "";
    const checks = requests.get(expectedState);
    if (!requests.delete(expectedState) || !checks) throw new Error("an unknown state");
    const response = new Request(request.url, { method, headers, body });
    const tokens = await openid.authorizationCodeGrant(config, response, {
      ...checks,
      expectedState,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error("no ID token");
    const user = await openid.fetchUserInfo(config, tokens.access_token, claims.sub);
    const id = crypto.randomUUID();
    sessions.set(id, {
      idToken: tokens.id_token ?? "",
      claims,
      email: user.email ?? "",
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? "",
    });
    const cookie = `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax`;
    return page("Welcome", link("/", "Notes"), { "set-cookie": cookie });
  }

  async function refresh(request: Request): Promise<Response> {
    const found = sessionOf(request);
    if (found === null) return page("Not signed in", "");
    const { config } = provider();
    const renewed = await openid.refreshTokenGrant(config, found.session.refreshToken);
    const { sub } = found.session.claims;
    const { email = "" } = await openid.fetchUserInfo(config, renewed.access_token, sub);
    sessions.set(found.id, {
      ...found.session,
      accessToken: renewed.access_token,
      refreshToken: renewed.refresh_token ?? "",
    });
    const isNew = renewed.access_token !== found.session.accessToken;
    return page(isNew ? "Refreshed" : "The same token", `<p>${email}</p>`);
  }

  function signOut(request: Request): Response {
    const found = sessionOf(request);
    if (found === null) return page("Not signed in", "");
    const address = openid.buildEndSessionUrl(provider().config, {
      id_token_hint: found.session.idToken,
      post_logout_redirect_uri: `${url}/signed-out`,
      state: "left",
    });
    return Response.redirect(address.href, 303);
  }

  async function receiveLogout(request: Request): Promise<Response> {
    const { clientId, keys, config } = provider();
    const form = new URLSearchParams(await request.text());
    const { payload } = await jwtVerify(form.get("logout_token") ?? "", keys, {
      issuer: config.serverMetadata().issuer,
      audience: clientId,
      typ: "logout+jwt",
      requiredClaims: ["iat", "jti", "sid", "events"],
    });
    for (const [id, { claims }] of sessions) {
      if (claims["sid"] === payload["sid"]) sessions.delete(id);
    }
    loggedOut.push(payload);
    return new Response(null, { status: 200 });
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    routes: {
      "/": startPage,
      "/sign-in": beginSignIn,
      "/callback": { GET: finishSignIn, POST: finishSignIn },
      "/refresh": refresh,
      "/sign-out": signOut,
      "/signed-out": ({ url: address }) =>
        page(`Signed out with ${new URL(address).searchParams.get("state")}`, ""),
      "/backchannel-logout": { POST: receiveLogout },
      "/*": () => new Response(null, { status: 404 }),
    },
    error(error) {
      console.error(error);
      return page("It failed", "");
    },
  });
  const url = `http://127.0.0.1:${server.port}`;
  const redirectUri = `${url}/callback`;

  return {
    url,
    redirectUri,
    postLogoutRedirectUri: `${url}/signed-out`,
    backchannelLogoutUri: `${url}/backchannel-logout`,
    loggedOut,
    async connect(issuer, { id, secret }) {
      const config = await openid.discovery(new URL(issuer), id, secret, undefined, {
        // oxlint-disable-next-line typescript/no-deprecated -- the test's server has no certificate
        execute: [openid.allowInsecureRequests, openid.enableNonRepudiationChecks],
      });
      const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ""));
      connected = { config, keys, clientId: id };
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function page(title: string, body: string, headers: Record<string, string> = {}): Response {
  const html = `<!doctype html><html lang="en"><title>${title}</title><h1>${Bun.escapeHTML(title)}</h1>${body}`;
  return new Response(html, {
    headers: { "content-type": "text/html; charset=utf-8", ...headers },
  });
}

function link(path: string, text: string): string {
  return `<p><a href="${path}">${text}</a></p>`;
}
