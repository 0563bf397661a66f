import type { JsonObject } from "./json.ts";

/** What the security schemes depend on. */
export interface SecurityOptions {
  /** Whether the OAuth 2.0 password flow is offered. */
  readonly passwordGrantEnabled: boolean;
  /** The name of the browser session cookie, where an operation takes it. */
  readonly sessionCookieName?: string;
}

/** The security schemes, in the order in which "Authorize" of Swagger UI lists them: that of people first. */
export function securitySchemes({
  passwordGrantEnabled,
  sessionCookieName,
}: SecurityOptions): JsonObject {
  const schemes: JsonObject = {};
  if (passwordGrantEnabled) {
    schemes["password"] = {
      type: "oauth2",
      description:
        "Sign in with an e-mail address or a username, and a password. No client id is needed.",
      flows: { password: { tokenUrl: "/oauth/token", refreshUrl: "/oauth/token", scopes: {} } },
    };
  }
  schemes["bearer"] = {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The `access_token` of a sign-in that you have already. It is not checked here.",
  };
  schemes["client"] = {
    type: "http",
    scheme: "basic",
    description:
      "For services, not for users: the `client_id` and the `client_secret` of `POST /api/v1/clients`. It is not checked here.",
  };
  if (sessionCookieName !== undefined) {
    schemes["browser_session"] = {
      type: "apiKey",
      in: "cookie",
      name: sessionCookieName,
      description:
        "For reverse proxies, not for this page: the cookie that `/sign-in` sets in the user's browser.",
    };
  }
  return schemes;
}
