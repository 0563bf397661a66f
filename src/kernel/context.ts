/** What a user says of herself beyond her name. */
export interface UserProfile {
  readonly phone: string | null;
  readonly avatarUrl: string | null;
  readonly locale: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A signed-in user, as the guard found her: who she is, and the session and token that she came by. */
export interface UserActor {
  readonly kind: "user";
  readonly userId: string;
  readonly sessionId: string;
  readonly email: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  /** All that her roles let her do, in alphabetical order. */
  readonly permissions: readonly string[];
  /** How she has proven who she is (RFC 8176). */
  readonly amr: readonly string[];
  readonly profile: UserProfile;
  readonly tokenExpiresAt: Date;
}

/** Nobody known: every public route's caller. */
export interface AnonymousActor {
  readonly kind: "anonymous";
}

/** Who acts: nobody known, a signed-in user, the operator at a command line, or the service itself. */
export type Actor =
  | AnonymousActor
  | UserActor
  | { readonly kind: "operator" }
  | { readonly kind: "system" };

/** What is known of where a call came from; every audit row carries it. */
export interface RequestOrigin {
  readonly requestId: string;
  /** The client's address, or null where there is none (commands, workers). */
  readonly ipAddress: string | null;
  /** At most 512 characters of the `User-Agent` header. */
  readonly userAgent: string | null;
}
