import { type Static, Type } from "@sinclair/typebox";

import { AppError } from "../../kernel/errors.ts";
import type { ReturnMode } from "../../platform/http/binding-cookie.ts";
import { createTickets, type Tickets } from "../../platform/jwt/tickets.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Provider } from "./provider.ts";

/** How long a sign-in at a provider, or a link to begin one, may take. */
const ticketTtlSeconds = 600;

const linkedUser = {
  /** The user to link to, the session in which they asked for it, and the version of their credentials then. */
  usr: Type.String(),
  sid: Type.String(),
  ver: Type.Integer(),
};

/** The claims of a `state`. Names are short: a provider returns it in a URL. */
const stateClaims = Type.Object({
  /** The provider. */
  prv: Type.String(),
  /** The digest of the browser's binding cookie. */
  cb: Type.String(),
  /** The challenge of our PKCE verifier at the provider. */
  pkc: Type.String(),
  /** The application's address, its own `state`, and its own PKCE challenge. */
  uri: Type.Optional(Type.String()),
  st: Type.Optional(Type.String()),
  chl: Type.Optional(Type.String()),
  /** For linking: the link ticket that began it. */
  lnk: Type.Optional(Type.Object({ ...linkedUser, id: Type.String(), exp: Type.Integer() })),
});

const linkClaims = Type.Object({
  ...linkedUser,
  prv: Type.String(),
  cb: Type.String(),
  /** Whether the browser that asked for the link keeps the cookie, so that no other may open it. */
  own: Type.Boolean(),
  uri: Type.Optional(Type.String()),
});

/** What a sign-in at a provider carries from its start to its callback. */
export type StateClaims = Static<typeof stateClaims>;

/** What a request to link an identity carries to its start. */
export type LinkClaims = Static<typeof linkClaims>;

/** The providers that are switched on, and the tickets of their sign-ins. */
export interface SocialLogin {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly states: Tickets<StateClaims>;
  readonly linkTickets: Tickets<LinkClaims>;
}

/** What is read of a browser's request. */
export interface Browser {
  /** The value of the binding cookie for this way of returning, or null. */
  binding(mode: ReturnMode): string | null;
  /** The header `Sec-Fetch-Site`, or null. */
  readonly fetchSite: string | null;
  /** The origin of the page that led here (`Referer`), or null. */
  readonly fromOrigin: string | null;
}

/** The value of the binding cookie to store in the browser. */
export interface StoredBinding {
  readonly mode: ReturnMode;
  readonly value: string;
}

/** Social login with these providers. */
export function createSocialLogin(
  platform: Pick<Platform, "settings" | "clock">,
  providers: ReadonlyMap<string, Provider>,
): SocialLogin {
  const ttlSeconds = ticketTtlSeconds;
  return {
    providers,
    states: createTickets(platform, { purpose: "social-login", ttlSeconds, claims: stateClaims }),
    linkTickets: createTickets(platform, {
      purpose: "identity-link",
      ttlSeconds,
      claims: linkClaims,
    }),
  };
}

/** The provider of this name. Throws `NOT_FOUND` if it is unknown or switched off. */
export function getProvider({ providers }: SocialLogin, name: string): Provider {
  const provider = providers.get(name);
  if (!provider) throw new AppError("NOT_FOUND", "There is no such provider.");
  return provider;
}
