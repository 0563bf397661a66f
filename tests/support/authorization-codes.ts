import { createHash, randomBytes } from "node:crypto";

/** An authorization request that a stand-in of a provider has granted. */
export interface GrantedRequest<Account> {
  readonly account: Account;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly nonce: string | null;
  readonly challenge: string | null;
}

/** The codes that a stand-in has given out; each is taken once. */
export interface AuthorizationCodes<Account> {
  issue(account: Account, request: URLSearchParams): string;
  take(code: string | null): GrantedRequest<Account> | null;
}

/** An empty store; codes begin with `prefix`. */
export function createAuthorizationCodes<Account>(prefix: string): AuthorizationCodes<Account> {
  const granted = new Map<string, GrantedRequest<Account>>();
  return {
    issue(account, request) {
      const code = prefix + randomBytes(20).toString("hex");
      granted.set(code, {
        account,
        clientId: request.get("client_id") ?? "",
        redirectUri: request.get("redirect_uri") ?? "",
        scope: request.get("scope") ?? "",
        nonce: request.get("nonce"),
        challenge:
          request.get("code_challenge_method") === "S256" ? request.get("code_challenge") : null,
      });
      return code;
    },
    take(code) {
      const found = granted.get(code ?? "") ?? null;
      granted.delete(code ?? "");
      return found;
    },
  };
}

/** Whether the verifier is the one of the challenge; a request without a challenge is not granted (RFC 7636 §4.6). */
export function isVerifierOf(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null || verifier === null) return false;
  return createHash("sha256").update(verifier).digest("base64url") === challenge;
}

/** The id and the secret of a client in a token request: in the header, or in the form (RFC 6749 §2.3.1). */
export function clientOf(request: Request, form: URLSearchParams): readonly [string, string] {
  const basic = /^Basic (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (basic === undefined) return [form.get("client_id") ?? "", form.get("client_secret") ?? ""];
  const [id = "", secret = ""] = Buffer.from(basic, "base64").toString().split(":");
  return [decodeURIComponent(id), decodeURIComponent(secret)];
}

/** A redirect of a stand-in to the callback, with these parameters added. */
export function redirectTo(
  callback: string,
  parameters: Readonly<Record<string, string>>,
): Response {
  const url = new URL(callback);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return new Response(null, { status: 302, headers: { location: url.href } });
}
