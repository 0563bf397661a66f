/** The fields of a user's profile beside the name. */
export interface UserProfile {
  readonly phone: string | null;
  readonly avatarUrl: string | null;
  readonly locale: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What a user granted to a client, by a token that is not of a sign-in to Gatehouse itself. */
export interface ClientGrant {
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Whether the token opens the user's account: only a trusted client's, for the resource `PUBLIC_URL`. */
  readonly opensAccount: boolean;
}

/** A signed-in user as authentication found them: the user, and the session and token of the request. */
export interface UserActor {
  readonly kind: "user";
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  /** The permissions of all the user's roles, in alphabetical order. */
  readonly permissions: readonly string[];
  /** How the user authenticated (RFC 8176). */
  readonly amr: readonly string[];
  readonly profile: UserProfile;
  /** When the account was created and last changed: RFC 3339, UTC. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly tokenExpiresAt: Date;
  /** Null for a token of a sign-in to Gatehouse itself. */
  readonly grant: ClientGrant | null;
}

/** The actor of a request before authentication, and of every public route. */
export interface AnonymousActor {
  readonly kind: "anonymous";
}

/** Who acts: an unknown caller, a signed-in user, the operator at a command line, or the service itself. */
export type Actor =
  | AnonymousActor
  | UserActor
  | { readonly kind: "operator" }
  | { readonly kind: "system" };

/** The browser or program that sent a request, as a device that may be known to its users. */
export interface ClientDevice {
  /** The token that it was given earlier. Anyone can send anything. */
  readonly token: string | null;
  /** Whether a page or application of our own origin sent the request, so that a browser stores what the response sets. */
  readonly isSameOrigin: boolean;
  /** Gives it a token, with the response. */
  store(token: string): void;
  /** The token by which a user trusted the device earlier. */
  readonly trustToken: string | null;
  /** Gives it such a token, with the response. */
  storeTrust(token: string, maxAgeSeconds: number): void;
  /** The token of the browser session cookie that the request carried. */
  readonly browserToken: string | null;
  /** Gives the browser the token of its session, with the response. */
  storeBrowserToken(token: string, maxAgeSeconds: number): void;
  /** Deletes the browser session cookie, with the response. */
  clearBrowserToken(): void;
}

/** Where a request came from. Every audit row holds it. */
export interface RequestOrigin {
  /** The first 64 characters of the response's `X-Request-Id`. */
  readonly requestId: string;
  /** The client address, or null where there is none (commands, jobs). */
  readonly ipAddress: string | null;
  /** The first 256 characters of the `User-Agent` header. */
  readonly userAgent: string | null;
}
