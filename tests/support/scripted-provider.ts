import { systemClock } from "../../src/kernel/clock.ts";
import {
  createAuthorizationCodes,
  clientOf,
  isVerifierOf,
  redirectTo,
} from "./authorization-codes.ts";
import { createIdTokenKey, type IdTokenKey } from "./id-token-key.ts";

/** The claims of an ID token or of a userinfo response. */
export type Claims = Record<string, unknown>;

/** What a correct provider returns with. */
type CallbackParameters = Readonly<Record<"code" | "state" | "iss", string>>;

/** In what an OpenID Connect provider differs from a correct one; each function gets what a correct one would send. */
export interface Script {
  readonly discovery?: (document: Claims) => Claims | Response;
  readonly keys?: (document: { keys: unknown[] }) => Response;
  /** The parameters of the redirect to the callback. */
  readonly callback?: (parameters: CallbackParameters) => Record<string, string>;
  /** The authorization request as the provider sees it. */
  readonly request?: (parameters: URLSearchParams) => void;
  readonly token?: (body: Claims) => Claims | Response | Promise<Response>;
  readonly claims?: (claims: Claims) => Claims;
  readonly sign?: (claims: Claims, key: IdTokenKey) => string | Promise<string>;
  readonly userinfo?: (claims: Claims) => Claims | Response;
}

/** OpenID Connect issuers on one port, each correct but for its script. They ask their users nothing. */
export interface ScriptedProviders extends AsyncDisposable {
  /** Settings that name each of them: `OIDC_<NAME>_…`. */
  readonly settings: Readonly<Record<string, string>>;
  /** What the issuers say about their user. */
  profile: Claims;
  /** The requests to an issuer so far: method and path. */
  requestsTo(name: string): readonly string[];
}

const clientId = "gatehouse";
/** The secret of Gatehouse at each of the issuers. */
export const scriptedClientSecret = "a-secret-of-gatehouse-at-a-scripted-provider";
const accessToken = "an-access-token-of-the-scripted-provider";

/** Starts an issuer for each script; its name is the key, such as `drip`. */
export async function startScriptedProviders(
  scripts: Readonly<Record<string, Script>>,
): Promise<ScriptedProviders> {
  const key = await createIdTokenKey();
  const codes = createAuthorizationCodes<Claims>("code-");
  const requests: (readonly [name: string, request: string])[] = [];
  let profile: Claims = {};

  function discoveryOf(issuer: string): Claims {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      token_endpoint_auth_methods_supported: ["client_secret_basic"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
    };
  }

  function authorize(issuer: string, script: Script, parameters: URLSearchParams): Response {
    const seen = new URLSearchParams(parameters);
    script.request?.(seen);
    const correct = {
      code: codes.issue(profile, seen),
      state: parameters.get("state") ?? "",
      iss: issuer,
    };
    return redirectTo(parameters.get("redirect_uri") ?? "", script.callback?.(correct) ?? correct);
  }

  async function redeem(issuer: string, script: Script, request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const [id, secret] = clientOf(request, form);
    if (id !== clientId || secret !== scriptedClientSecret)
      return Response.json({ error: "invalid_client" }, { status: 401 });
    const granted = codes.take(form.get("code"));
    if (
      granted === null ||
      granted.redirectUri !== form.get("redirect_uri") ||
      !isVerifierOf(granted.challenge, form.get("code_verifier"))
    )
      return Response.json({ error: "invalid_grant" }, { status: 400 });
    const issuedAt = Math.floor(systemClock.now().getTime() / 1000);
    const correct: Claims = {
      iss: issuer,
      aud: clientId,
      iat: issuedAt,
      exp: issuedAt + 600,
      nonce: granted.nonce,
      ...granted.account,
    };
    const claims = script.claims?.(correct) ?? correct;
    const idToken = await (script.sign?.(claims, key) ?? key.sign(claims));
    const body = {
      access_token: accessToken,
      token_type: "Bearer",
      expires_in: 600,
      id_token: idToken,
    };
    return asResponse((await script.token?.(body)) ?? body);
  }

  function answer(name: string, endpoint: string, request: Request): Response | Promise<Response> {
    const script = scripts[name];
    const issuer = issuerOf(name);
    if (script === undefined) return new Response("Not Found", { status: 404 });
    switch (endpoint) {
      case ".well-known/openid-configuration":
        return asResponse(script.discovery?.(discoveryOf(issuer)) ?? discoveryOf(issuer));
      case "authorize":
        return authorize(issuer, script, new URL(request.url).searchParams);
      case "token":
        return redeem(issuer, script, request);
      case "keys":
        return asResponse(script.keys?.({ keys: [key.published] }) ?? { keys: [key.published] });
      case "userinfo":
        return asResponse(script.userinfo?.(profile) ?? profile);
      default:
        return new Response("Not Found", { status: 404 });
    }
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      const [, name = "", ...rest] = new URL(request.url).pathname.split("/");
      const endpoint = rest.join("/");
      requests.push([name, `${request.method} ${endpoint}`]);
      return answer(name, endpoint, request);
    },
  });
  const issuerOf = (name: string): string => `${server.url.origin}/${name}`;

  return {
    settings: Object.fromEntries(
      Object.keys(scripts).flatMap((name) => {
        const prefix = `OIDC_${name.toUpperCase().replaceAll("-", "_")}`;
        return [
          [`${prefix}_ISSUER`, issuerOf(name)],
          [`${prefix}_CLIENT_ID`, clientId],
          [`${prefix}_CLIENT_SECRET`, scriptedClientSecret],
        ];
      }),
    ),
    get profile() {
      return profile;
    },
    set profile(next) {
      profile = next;
    },
    requestsTo: (name) => requests.filter(([to]) => to === name).map(([, request]) => request),
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

function asResponse(body: Claims | Response): Response {
  return body instanceof Response ? body : Response.json(body);
}
