import { randomBytes } from "node:crypto";

import {
  clientOf,
  createAuthorizationCodes,
  type GrantedRequest,
  isVerifierOf,
  redirectTo,
} from "./authorization-codes.ts";

/** An address of a GitHub user, as `GET /user/emails` has it. */
export interface GitHubEmail {
  readonly email: string;
  readonly primary: boolean;
  readonly verified: boolean;
  readonly visibility: "public" | "private" | null;
}

/** A user of the stand-in. */
export interface GitHubAccount {
  readonly id: number;
  readonly login: string;
  readonly name: string | null;
  /** The public address, which GitHub does not say to be verified. */
  readonly email: string | null;
  readonly emails: readonly GitHubEmail[];
}

/** A server with the paths, statuses and error bodies of github.com and api.github.com. */
export interface GitHubStandIn extends AsyncDisposable {
  /** Which real origins it serves, and where. */
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** Who is signed in at GitHub, and authorizes what is asked for; null: the user cancels. */
  account: GitHubAccount | null;
  /** Every request so far: method and path. */
  readonly requests: readonly string[];
}

const clientId = "Iv1.0123456789abcdef";
const clientSecret = "0123456789abcdef0123456789abcdef01234567";
const documentation = "https://docs.github.com/rest";
const troubleshooting =
  "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/";

/** Starts the stand-in. It grants codes only for this callback, as GitHub does for the registered one. */
export function startGitHubStandIn(callback: string): GitHubStandIn {
  const codes = createAuthorizationCodes<GitHubAccount>("");
  const tokens = new Map<string, GrantedRequest<GitHubAccount>>();
  const requests: string[] = [];
  let account: GitHubAccount | null = null;

  function authorize(request: URLSearchParams): Response {
    if (request.get("client_id") !== clientId) return new Response("Not Found", { status: 404 });
    const state = request.get("state") ?? "";
    if (request.get("redirect_uri") !== callback) {
      return redirectTo(callback, {
        error: "redirect_uri_mismatch",
        error_description: "The redirect_uri is not associated with this application.",
        error_uri: `${troubleshooting}#redirect-uri-mismatch`,
        state,
      });
    }
    if (account === null) {
      return redirectTo(callback, {
        error: "access_denied",
        error_description: "The user has denied your application access.",
        error_uri: `${troubleshooting}#access-denied`,
        state,
      });
    }
    return redirectTo(callback, { code: codes.issue(account, request), state });
  }

  async function redeem(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const [id, secret] = clientOf(request, form);
    if (id !== clientId || secret !== clientSecret) {
      return tokenError(
        request,
        "incorrect_client_credentials",
        "The client_id and/or client_secret passed are incorrect.",
      );
    }
    const granted = codes.take(form.get("code"));
    if (granted === null || !isVerifierOf(granted.challenge, form.get("code_verifier"))) {
      return tokenError(
        request,
        "bad_verification_code",
        "The code passed is incorrect or expired.",
      );
    }
    const redirectUri = form.get("redirect_uri");
    if (redirectUri !== null && redirectUri !== granted.redirectUri) {
      return tokenError(
        request,
        "redirect_uri_mismatch",
        "The redirect_uri MUST match the registered callback URL for this application.",
      );
    }
    const accessToken = `gho_${randomBytes(27).toString("base64url")}`;
    tokens.set(accessToken, granted);
    const scope = granted.scope.split(/[ ,]+/).join(",");
    return tokenResponse(request, { access_token: accessToken, scope, token_type: "bearer" });
  }

  function callApi(request: Request, path: string): Response {
    if (!request.headers.get("user-agent")) {
      const text =
        "Request forbidden by administrative rules. Please make sure your request has a User-Agent header (https://docs.github.com/en/rest/overview/resources-in-the-rest-api#user-agent-required).";
      return new Response(text, { status: 403, headers: { "content-type": "text/html" } });
    }
    const token = /^(?:Bearer|token) (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    const granted = tokens.get(token ?? "");
    if (granted === undefined) return apiError(401, "Bad credentials");
    const { scope, account: user } = granted;
    if (path === "/user") return Response.json(describe(user));
    const mayReadEmails = /(^|[ ,])user(:email)?($|[ ,])/.test(scope);
    return mayReadEmails ? Response.json(user.emails) : apiError(404, "Not Found");
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      switch (`${request.method} ${pathname}`) {
        case "GET /login/oauth/authorize":
          return authorize(searchParams);
        case "POST /login/oauth/access_token":
          return redeem(request);
        case "GET /user":
        case "GET /user/emails":
          return callApi(request, pathname);
        default:
          return apiError(404, "Not Found");
      }
    },
  });
  const url = server.url.origin;

  return {
    origins: { "https://github.com": url, "https://api.github.com": url },
    settings: { GITHUB_CLIENT_ID: clientId, GITHUB_CLIENT_SECRET: clientSecret },
    get account() {
      return account;
    },
    set account(next) {
      account = next;
    },
    requests,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** GitHub's token endpoint answers 200 also to an error, and as a form unless JSON is asked for. */
function tokenResponse(request: Request, fields: Record<string, string>): Response {
  if (request.headers.get("accept")?.includes("application/json")) return Response.json(fields);
  return new Response(new URLSearchParams(fields).toString(), {
    headers: { "content-type": "application/x-www-form-urlencoded; charset=utf-8" },
  });
}

function tokenError(request: Request, error: string, description: string): Response {
  const page = `${troubleshooting}#${error.replaceAll("_", "-")}`;
  return tokenResponse(request, { error, error_description: description, error_uri: page });
}

function apiError(status: number, message: string): Response {
  const body = { message, documentation_url: documentation, status: String(status) };
  return Response.json(body, { status });
}

function describe(user: GitHubAccount): Record<string, unknown> {
  return {
    login: user.login,
    id: user.id,
    node_id: Buffer.from(`04:User${user.id}`).toString("base64"),
    avatar_url: `https://avatars.githubusercontent.com/u/${user.id}?v=4`,
    gravatar_id: "",
    url: `https://api.github.com/users/${user.login}`,
    html_url: `https://github.com/${user.login}`,
    type: "User",
    user_view_type: "private",
    site_admin: false,
    name: user.name,
    company: null,
    blog: "",
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    two_factor_authentication: true,
    created_at: "2011-01-25T18:44:36Z",
    updated_at: "2026-01-14T04:33:35Z",
  };
}
