import { randomBytes } from "node:crypto";

import { callServer } from "./http-call.ts";
import { challengeOf } from "./social-sign-in.ts";

/** An application whose users sign in by Gatehouse; what it knows of its one user is in its memory. */
export interface SocialLoginApp extends AsyncDisposable {
  readonly url: string;
  /** What `REDIRECT_URIS` must list. */
  readonly redirectUri: string;
  /** Every address that browsers requested here, with its query. */
  readonly requests: readonly string[];
  /** The tokens of the last sign-in. */
  readonly tokens: { access: string; refresh: string } | null;
}

/** The application has no way to start before it knows the server: `gatehouse` is read at each request. */
export function startSocialLoginApp(
  provider: string,
  gatehouse: () => { readonly url: string; readonly publicUrl: string },
): SocialLoginApp {
  const verifiers = new Map<string, string>();
  const requests: string[] = [];
  let tokens: SocialLoginApp["tokens"] = null;

  /** The application's own `state` and PKCE verifier, as RFC 9700 recommends. */
  function signIn(): Response {
    const [state, verifier] = [
      randomBytes(16).toString("hex"),
      randomBytes(32).toString("base64url"),
    ];
    verifiers.set(state, verifier);
    const query = new URLSearchParams({
      redirect_uri: redirectUri,
      state,
      code_challenge: challengeOf(verifier),
      code_challenge_method: "S256",
    });
    return Response.redirect(
      `${gatehouse().publicUrl}/api/v1/auth/oauth/${provider}?${query}`,
      302,
    );
  }

  async function comeBack(parameters: URLSearchParams): Promise<Response> {
    if (parameters.has("linked")) return page(`Linked ${parameters.get("linked")}`);
    const state = parameters.get("state") ?? "";
    const verifier = verifiers.get(state);
    if (verifier === undefined) return page("Unknown state", 400);
    verifiers.delete(state);
    const json = { code: parameters.get("code"), code_verifier: verifier };
    const answer = await callServer(gatehouse().url, "POST", "/api/v1/auth/oauth/exchange", {
      json,
    });
    if (answer.status !== 200) return page(`Not exchanged: ${answer.text}`, 400);
    const { access_token: access, refresh_token: refresh, user } = answer.json.data;
    tokens = { access, refresh };
    return page(`Signed in as ${user.email}`);
  }

  async function link(): Promise<Response> {
    const answer = await callServer(
      gatehouse().url,
      "POST",
      `/api/v1/users/me/identities/${provider}`,
      { bearer: tokens?.access ?? "", json: { redirect_uri: redirectUri } },
    );
    if (answer.status !== 200) return page(`Not linked: ${answer.text}`, 400);
    return Response.redirect(answer.json.data.authorize_url, 302);
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const { pathname, search, searchParams } = new URL(request.url);
      requests.push(`${pathname}${search}`);
      switch (pathname) {
        case "/":
          return page("Welcome");
        case "/sign-in":
          return signIn();
        case "/signed-in":
          return comeBack(searchParams);
        case "/link":
          return link();
        default:
          return new Response(null, { status: 404 });
      }
    },
  });
  // The same site as Gatehouse, as `app.example.com` and `auth.example.com` are.
  const url = `http://localhost:${server.port}`;
  const redirectUri = `${url}/signed-in`;

  return {
    url,
    redirectUri,
    requests,
    get tokens() {
      return tokens;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function page(heading: string, status = 200): Response {
  const html = `<!doctype html><html lang="en"><title>The application</title><link rel="icon" href="data:,">
<h1>${Bun.escapeHTML(heading)}</h1><a href="/sign-in">Sign in</a> <a href="/link">Link</a></html>`;
  return new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}
