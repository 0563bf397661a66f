import { addSeconds } from "../../kernel/clock.ts";
import type { Context } from "../../platform/platform.ts";
import { isPublicClient } from "../clients/index.ts";
import type { ConsentRecord } from "../consents/index.ts";
import { hasTwoFactors } from "../roles/index.ts";
import { contextClasses } from "../tokens/index.ts";
import { type CheckedRequest, promptsOf } from "./request-checks.ts";
import type { RequestFault } from "./outcome.ts";

/** The session of the user who makes a request, and what they allowed its client before. */
export interface UserState {
  readonly userId: string;
  readonly authenticatedAt: Date;
  readonly amr: readonly string[];
  /** Whether the user has set up an authenticator app. */
  readonly hasSecondFactor: boolean;
  /** What the user allowed the client; null if the user was never asked. */
  readonly allowed: Pick<ConsentRecord, "scopes" | "resources"> | null;
}

/** What a request needs of its user before the client gets a code: `hinted_user` cannot be met any more. */
export type Need = "sign_in" | "hinted_user" | "second_factor" | "consent";

/** A request as its user answered it so far. */
export interface UserRequest extends CheckedRequest {
  /** The scopes that the client may have, of those that it asks for. */
  readonly scopes: readonly string[];
  /** The user of the ID token of `id_token_hint`; null without one. */
  readonly hintedUserId: string | null;
  /** A sign-in since then is one for this request; null if the user was not asked to sign in. */
  readonly askedAt: Date | null;
  /** Whether the user has just allowed this request. */
  readonly isAllowed: boolean;
}

type UserCheck = (request: UserRequest, user: UserState, ctx: Context) => Need | null;

/** What a request needs next; null if the client gets a code. */
export function findNeed(ctx: Context, request: UserRequest, user: UserState | null): Need | null {
  if (user === null) return "sign_in";
  for (const check of userChecks) {
    const need = check(request, user, ctx);
    if (need !== null) return need;
  }
  return null;
}

/** The errors for what is needed, where the user may not be asked or was in vain (OpenID Connect Core §3.1.2.6). */
export const faultsOfNeeds: Readonly<Record<Need, RequestFault>> = {
  sign_in: { error: "login_required", description: "The user has to sign in." },
  hinted_user: {
    error: "login_required",
    description: "The user of id_token_hint did not sign in.",
  },
  second_factor: {
    error: "interaction_required",
    description: "The user has to prove a second factor.",
  },
  consent: { error: "consent_required", description: "The user has to allow it." },
};

/** The rules for the user's session and consent, each with its section. */
const userChecks: readonly UserCheck[] = [
  // OpenID Connect Core §3.1.2.1: `prompt`
  function promptedUserHasSignedIn({ values, askedAt }, user) {
    const prompts = promptsOf(values.prompt);
    const isPrompted = prompts.includes("login") || prompts.includes("select_account");
    return !isPrompted || hasSignedInSince(user, askedAt) ? null : "sign_in";
  },
  // OpenID Connect Core §3.1.2.1: `max_age`
  function signInIsRecent({ values: { max_age: age }, askedAt }, user, { clock }) {
    if (age === undefined || hasSignedInSince(user, askedAt)) return null;
    const isRecent = addSeconds(user.authenticatedAt, Number(age)) >= clock.now();
    return isRecent ? null : "sign_in";
  },
  // OpenID Connect Core §3.1.2.2 item 4: `id_token_hint`
  function userIsTheHintedOne({ hintedUserId, askedAt }, user) {
    if (hintedUserId === null || hintedUserId === user.userId) return null;
    return hasSignedInSince(user, askedAt) ? "hinted_user" : "sign_in";
  },
  // OpenID Connect Core §3.1.2.1: `acr_values` is voluntary, so that it hinders no user who cannot or may not be asked.
  function twoFactorsAreProven({ client, values }, user) {
    const [preferred] = (values.acr_values ?? "").split(" ");
    const mayBeAsked = user.hasSecondFactor && !promptsOf(values.prompt).includes("none");
    const isPreferred = preferred === contextClasses.twoFactors && mayBeAsked;
    const isNeeded = client.requireMfa || isPreferred;
    return isNeeded && !hasTwoFactors(user.amr) ? "second_factor" : null;
  },
  // OpenID Connect Core §3.1.2.4, §11 (`offline_access` is a scope that the user allows)
  function userHasAllowedIt({ values, client, scopes, redirectUri, isAllowed }, user) {
    if (isAllowed) return null;
    if (promptsOf(values.prompt).includes("consent")) return "consent";
    // Any application may answer at these addresses: only the user can tell which one asks (RFC 8252 §8.6).
    if (isPublicClient(client) && !redirectUri.startsWith("https:")) return "consent";
    if (client.trusted) return null;
    return isAllowedBefore(user.allowed, { scopes, resource: values.resource }) ? null : "consent";
  },
];

/** Another service accepts the tokens for a resource (RFC 8707 §3): the user allows each with its scopes. */
function isAllowedBefore(
  allowed: UserState["allowed"],
  {
    scopes,
    resource,
  }: { readonly scopes: readonly string[]; readonly resource: string | undefined },
): boolean {
  const allowedScopes =
    resource === undefined
      ? allowed?.scopes
      : allowed?.resources.find((each) => each.resource === resource)?.scopes;
  return allowedScopes !== undefined && scopes.every((each) => allowedScopes.includes(each));
}

function hasSignedInSince({ authenticatedAt }: UserState, time: Date | null): boolean {
  return time !== null && authenticatedAt >= time;
}
