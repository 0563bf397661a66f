import type { ClientRecord } from "../clients/index.ts";

/** What an authorization request leads to. */
export type AuthorizationOutcome =
  | PageOutcome
  | RedirectOutcome
  | SignInOutcome
  | SecondFactorOutcome
  | ConsentOutcome;

/** A fault that the user is told: the client or its redirect URI is not known to be right (RFC 6749 §4.1.2.1). */
export interface PageOutcome {
  readonly kind: "page";
  readonly error: "unknown_client" | "wrong_redirect_uri" | "unusable_request" | "expired_request";
}

/** The response to the client. */
export interface RedirectOutcome extends ResponseTarget {
  readonly kind: "redirect";
  readonly fields: Readonly<Record<string, string>>;
}

/** Where and how the client gets its response. */
export interface ResponseTarget {
  readonly redirectUri: string;
  readonly mode: "query" | "form_post";
}

/** The user signs in, and returns to the request. */
export interface SignInOutcome {
  readonly kind: "sign_in";
  /** The query of the request to return to. */
  readonly query: string;
  /** Whether also a user who is signed in has to sign in again. */
  readonly isForced: boolean;
  readonly loginHint: string | null;
}

/** The user proves a second factor, and returns to the request. */
export interface SecondFactorOutcome extends Interaction {
  readonly kind: "second_factor";
}

/** The user is asked what the client may do. */
export interface ConsentOutcome extends Interaction {
  readonly kind: "consent";
  readonly scopes: readonly string[];
  /** The resource that the tokens are for (RFC 8707); null for none beside the client. */
  readonly resource: string | null;
}

/** A page of a request that the user decides on. */
export interface Interaction extends ResponseTarget {
  readonly client: ClientRecord;
  /** The query of the request, and the proof that this server showed it in the user's session. */
  readonly query: string;
  readonly proof: string;
  readonly uiLocales: string | null;
}

/** An error of a request whose client and redirect URI are right (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
export interface RequestFault {
  readonly error: string;
  readonly description: string;
}
