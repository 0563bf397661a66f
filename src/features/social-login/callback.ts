import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import type { Ticket } from "../../platform/jwt/tickets.ts";
import type { Context } from "../../platform/platform.ts";
import { useTicket } from "../../platform/used-tickets/use-ticket.ts";
import type { IdentityRecord } from "../identities/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { completeSignIn, countRefusedSignIn, countSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { callbackUrl, withParameters } from "./addresses.ts";
import {
  assertNoError,
  getCode,
  type ProviderResponse,
  readResponse,
} from "./callback-parameters.ts";
import { recordingRefusals, startAgain } from "./errors.ts";
import { issueCode } from "./issue-code.ts";
import { linkIdentity } from "./link-identity.ts";
import { findSecrets, type SignInSecrets } from "./pkce.ts";
import type { Provider } from "./provider.ts";
import type { ProvenProfile } from "./proven-profile.ts";
import { resolveAccount } from "./resolve-account.ts";
import { type Browser, getProvider, type SocialLogin, type StateClaims } from "./social-login.ts";

/** RFC 8176 registers no value for a sign-in at another provider; this one is widely used. */
export const federated = ["fed"];

/** What the browser gets: the way back to the application, the tokens, or the identity that was linked. */
export type CallbackOutcome =
  | { readonly kind: "redirect"; readonly location: string }
  | { readonly kind: "tokens"; readonly tokens: TokenResponse }
  | { readonly kind: "linked"; readonly identity: IdentityRecord };

/** A request to the callback. */
export interface CallbackInput {
  readonly provider: string;
  readonly parameters: () => Readonly<Record<string, string>>;
  readonly browser: Browser;
}

/**
 * Finishes a sign-in at a provider. The list of checks is the order in which they are made; each refusal is recorded with its
 * reason. Throws `NOT_FOUND`, `RATE_LIMITED`, `VALIDATION_ERROR` (start again), `FORBIDDEN` (cancelled), `UNAVAILABLE`, and the
 * errors of `resolveAccount`, `linkIdentity` and `completeSignIn`.
 */
export async function finish(
  ctx: Context,
  social: SocialLogin,
  input: CallbackInput,
): Promise<CallbackOutcome> {
  const provider = getProvider(social, input.provider);
  const { state, proven } = await countRefusedSignIn(ctx, "social", () =>
    proveAtProvider(ctx, social, provider, input),
  );
  return state.lnk ? finishLink(ctx, state, state.lnk, proven) : finishSignIn(ctx, state, proven);
}

/** The checks of a response, up to what the provider says about the user. */
async function proveAtProvider(
  ctx: Context,
  social: SocialLogin,
  provider: Provider,
  input: CallbackInput,
) {
  await spendOrReject(ctx, [{ limit: limits.socialLoginByAddress, source: addressSource(ctx) }]);
  return recordingRefusals(ctx, provider, async () => {
    const response = readResponse(input.parameters);
    const ticket = await getTicket(social, response);
    assertOfProvider(ticket, provider);
    const binding = getBinding(ticket, provider, input.browser);
    await assertNotUsed(ctx, ticket);
    await assertIssuer(provider, response);
    assertNoError(response);
    const code = getCode(response);
    const secrets = getSecrets(ctx, ticket, binding);
    return {
      state: ticket.claims,
      proven: await redeem(ctx, provider, { response, code, secrets }),
    };
  });
}

/** RFC 6749 §10.12: the `state` is one that this service signed within the last ten minutes. */
async function getTicket(
  { states }: SocialLogin,
  { state }: ProviderResponse,
): Promise<Ticket<StateClaims>> {
  const ticket = await states.verify(state);
  if (ticket === null) throw startAgain("ticket_invalid");
  return ticket;
}

/** RFC 9700 §4.4: a response of one provider is not accepted at the callback of another. */
function assertOfProvider({ claims }: Ticket<StateClaims>, { name }: Provider): void {
  if (claims.prv !== name) throw startAgain("other_provider");
}

/** RFC 9700 §4.7: the browser is the one that began the sign-in. Its value of the cookie is needed to redeem the code. */
function getBinding(
  { claims }: Ticket<StateClaims>,
  { responseMode }: Provider,
  browser: Browser,
): string {
  const value = browser.binding(responseMode);
  if (value === null) throw startAgain("cookie_missing");
  if (!equalInConstantTime(sha256(value), claims.cb)) throw startAgain("other_browser");
  return value;
}

/** RFC 9700 §4.2.4: a `state` is used once, also when the rest of the sign-in fails. So is a link that began it. */
async function assertNotUsed(ctx: Context, ticket: Ticket<StateClaims>): Promise<void> {
  if (!(await useTicket(ctx.db, ticket))) throw startAgain("used_before");
  const { lnk } = ticket.claims;
  if (lnk === undefined) return;
  const expiresAt = new Date(lnk.exp * 1000);
  if (!(await useTicket(ctx.db, { id: lnk.id, expiresAt }))) throw startAgain("link_used_before");
}

/** RFC 9207 §2.4: the response is of the issuer to which the request went. */
async function assertIssuer(provider: Provider, { issuer }: ProviderResponse): Promise<void> {
  const expected = await provider.responseIssuer();
  if (expected === null) return;
  if (issuer === null && expected.isRequired) throw startAgain("issuer_missing");
  if (issuer !== null && issuer !== expected.issuer) throw startAgain("issuer_wrong");
}

/** The PKCE verifier and nonce of the sign-in; none can be derived if the secret keys were replaced twice since its start. */
function getSecrets(
  ctx: Context,
  { id, claims }: Ticket<StateClaims>,
  binding: string,
): SignInSecrets {
  const secrets = findSecrets(ctx, { stateId: id, binding }, claims.pkc);
  if (secrets === null) throw startAgain("keys_changed");
  return secrets;
}

/** RFC 6749 §4.1.3, RFC 7636 §4.5: redeems the code, and verifies what the provider says about the user. */
async function redeem(
  ctx: Context,
  provider: Provider,
  { response, code, secrets }: { response: ProviderResponse; code: string; secrets: SignInSecrets },
): Promise<ProvenProfile> {
  const redirectUri = callbackUrl(ctx.settings, provider.name);
  const { parameters } = response;
  const redeemed = await provider.redeem({ ...secrets, code, redirectUri, parameters });
  return { provider: provider.name, ...redeemed };
}

/** With an application's address it gets a one-time code there; tokens are in no URL. Without one the browser gets the tokens. */
async function finishSignIn(
  ctx: Context,
  { uri, st, chl }: StateClaims,
  proven: ProvenProfile,
): Promise<CallbackOutcome> {
  const by = proven.provider;
  if (uri === undefined) {
    const tokens = await countSignIn(ctx, "social", async () => {
      const { user, credentialsVersion } = await resolveAccount(ctx, proven);
      return completeSignIn(ctx, { user, amr: federated, credentialsVersion, by });
    });
    return { kind: "tokens", tokens };
  }
  // The exchange of the code is the sign-in.
  const account = await countRefusedSignIn(ctx, "social", () => resolveAccount(ctx, proven));
  const code = await issueCode(ctx, { ...account, provider: by, challenge: chl ?? null });
  return { kind: "redirect", location: withParameters(uri, { code, state: st }) };
}

async function finishLink(
  ctx: Context,
  { uri }: StateClaims,
  { usr, sid, ver }: NonNullable<StateClaims["lnk"]>,
  proven: ProvenProfile,
): Promise<CallbackOutcome> {
  const to = { userId: usr, sessionId: sid, credentialsVersion: ver };
  const identity = await linkIdentity(ctx, { ...proven, ...to });
  if (uri === undefined) return { kind: "linked", identity };
  return { kind: "redirect", location: withParameters(uri, { linked: proven.provider }) };
}
