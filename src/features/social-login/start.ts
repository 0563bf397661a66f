import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import { isAllowedRedirect } from "../../platform/http/redirect-uris.ts";
import type { Settings } from "../../platform/config/settings.ts";
import type { Ticket } from "../../platform/jwt/tickets.ts";
import type { Context } from "../../platform/platform.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { callbackUrl } from "./addresses.ts";
import { invalidField, recordingRefusals, Refusal, startAgain } from "./errors.ts";
import { confirmLinkUrl, isOwnPage } from "./own-pages.ts";
import { challengeOf, deriveSecrets } from "./pkce.ts";
import type { Provider } from "./provider.ts";
import {
  type Browser,
  getProvider,
  type LinkClaims,
  type SocialLogin,
  type StateClaims,
  type StoredBinding,
} from "./social-login.ts";

/** What an application asks for at the start of a sign-in. */
export interface StartParameters {
  readonly redirect_uri?: string;
  readonly state?: string;
  readonly code_challenge?: string;
  readonly code_challenge_method?: string;
  /** The link ticket of a user who links an identity. The other parameters are then ignored. */
  readonly ticket?: string;
}

/** Where the browser goes next, and what it keeps. */
export interface Started {
  readonly location: string;
  readonly binding: StoredBinding;
}

/** The start of a sign-in. */
export interface StartInput {
  readonly provider: string;
  readonly parameters: StartParameters;
  readonly browser: Browser;
  /** Whether the user has read to which account the identity will be linked, and agreed. */
  readonly isConfirmed?: boolean;
}

/**
 * Starts a sign-in at a provider, or the linking of an identity. Writes nothing to the database. Throws `NOT_FOUND`,
 * `RATE_LIMITED`, `VALIDATION_ERROR`, `FORBIDDEN` (a link from another site), `UNAVAILABLE`.
 */
export async function start(
  ctx: Context,
  social: SocialLogin,
  input: StartInput,
): Promise<Started> {
  const { parameters, browser, isConfirmed = false } = input;
  const provider = getProvider(social, input.provider);
  await spendOrReject(ctx, [{ limit: limits.socialLoginByAddress, source: addressSource(ctx) }]);
  assertRedirectAllowed(ctx.settings, provider, parameters.redirect_uri);
  assertChallengeWellFormed(parameters);
  return recordingRefusals(ctx, provider, async () => {
    const link = await findLink(social, parameters.ticket);
    assertLinkIsOfProvider(link, provider);
    if (isLinkToConfirm(ctx.settings, link, provider, browser) && !isConfirmed) {
      const { responseMode: mode } = provider;
      const value = browser.binding(mode) ?? ctx.random.token(128);
      const location = confirmLinkUrl(ctx.settings, parameters.ticket ?? "");
      return { location, binding: { mode, value } };
    }
    return askProvider(ctx, social, { provider, browser, link, parameters });
  });
}

/** The request to the provider, and what the callback needs to know of it. */
async function askProvider(
  ctx: Context,
  { states }: SocialLogin,
  {
    provider,
    browser,
    link,
    parameters,
  }: {
    readonly provider: Provider;
    readonly browser: Browser;
    readonly link: Ticket<LinkClaims> | null;
    readonly parameters: StartParameters;
  },
): Promise<Started> {
  const mode = provider.responseMode;
  // A browser that has a value keeps it: sign-ins in several tabs do not interrupt each other.
  const value = browser.binding(mode) ?? ctx.random.token(128);
  const stateId = ctx.random.token(128);
  const { codeVerifier, nonce } = deriveSecrets(ctx, { stateId, binding: value });
  const state = await states.issue(stateId, {
    prv: provider.name,
    cb: sha256(value),
    pkc: challengeOf(codeVerifier),
    ...(link ? ofLink(link) : ofApplication(parameters)),
  });
  const redirectUri = callbackUrl(ctx.settings, provider.name);
  const url = await provider.authorizationUrl({ state, codeVerifier, nonce, redirectUri });
  return { location: url.href, binding: { mode, value } };
}

/** RFC 6749 §3.1.2.4: never a redirect to an address that is neither in `REDIRECT_URIS` nor a page of ours. */
export function assertRedirectAllowed(
  settings: Settings,
  { name }: Pick<Provider, "name">,
  uri: string | undefined,
): void {
  if (uri === undefined || isAllowedRedirect(settings, uri)) return;
  if (isOwnPage(settings, name, uri)) return;
  throw invalidField("redirect_uri", "Must be one of the addresses in REDIRECT_URIS.");
}

/** RFC 7636 §4.3, with the method S256 only. */
function assertChallengeWellFormed(parameters: StartParameters): void {
  const { code_challenge: challenge, code_challenge_method: method } = parameters;
  if (challenge === undefined && method === undefined) return;
  if (method !== "S256") throw invalidField("code_challenge_method", "Must be S256.");
  if (challenge === undefined) throw invalidField("code_challenge", "Is required.");
  if (parameters.redirect_uri === undefined) throw invalidField("redirect_uri", "Is required.");
}

/** The link ticket, if the request has one. */
async function findLink(
  { linkTickets }: SocialLogin,
  text: string | undefined,
): Promise<Ticket<LinkClaims> | null> {
  if (text === undefined) return null;
  const link = await linkTickets.verify(text);
  if (link === null) throw startAgain("link_ticket_invalid");
  return link;
}

function assertLinkIsOfProvider(link: Ticket<LinkClaims> | null, provider: Provider): void {
  if (link !== null && link.claims.prv !== provider.name) throw startAgain("other_provider");
}

/**
 * Another site may have sent the browser here with a link ticket of its own, to link the identity of the browser's user to the
 * account of an attacker. A browser says so in `Sec-Fetch-Site`, and names the origins of the settings in `Referer`; the one in
 * which the user asked for the link may have the cookie. If that one is known to keep it, no other browser can use the ticket.
 * True if the user has to be asked: nothing shows where the link comes from. It may have been sent by chat.
 */
function isLinkToConfirm(
  settings: Settings,
  link: Ticket<LinkClaims> | null,
  { responseMode }: Provider,
  { binding, fetchSite, fromOrigin }: Browser,
): boolean {
  if (link === null) return false;
  const value = binding(responseMode);
  if (value !== null && equalInConstantTime(sha256(value), link.claims.cb)) return false;
  if (link.claims.own) {
    const message = "Open the link in the browser in which you asked for it.";
    throw new Refusal("FORBIDDEN", message, "other_browser");
  }
  if (fromOrigin !== null && originsOfApplications(settings).has(fromOrigin)) return false;
  if (fetchSite !== "cross-site") return fetchSite !== "same-origin" && fetchSite !== "same-site";
  throw new Refusal(
    "FORBIDDEN",
    "Another site opened this page. Open the link from the application in which you asked for it.",
    "other_site",
  );
}

/** The web origins of `ALLOWED_ORIGINS` and `REDIRECT_URIS`. */
function originsOfApplications({ allowedOrigins, redirectUris }: Settings): ReadonlySet<string> {
  const ofRedirects = redirectUris.filter((uri) => /^https?:/.test(uri));
  return new Set([...allowedOrigins, ...ofRedirects.map((uri) => new URL(uri).origin)]);
}

function ofLink({ id, expiresAt, claims }: Ticket<LinkClaims>): Partial<StateClaims> {
  const { usr, sid, ver, uri } = claims;
  const lnk = { id, exp: Math.floor(expiresAt.getTime() / 1000), usr, sid, ver };
  return { lnk, ...(uri === undefined ? {} : { uri }) };
}

function ofApplication(parameters: StartParameters): Partial<StateClaims> {
  const { redirect_uri: uri, state: st, code_challenge: chl } = parameters;
  return {
    ...(uri === undefined ? {} : { uri }),
    ...(st === undefined ? {} : { st }),
    ...(chl === undefined ? {} : { chl }),
  };
}
