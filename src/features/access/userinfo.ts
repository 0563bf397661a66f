import { type Static, Type } from "@sinclair/typebox";

import type { UserActor } from "../../kernel/context.ts";
import { findAppError, AppError } from "../../kernel/errors.ts";
import { BearerError, OAuthError } from "../../kernel/oauth-error.ts";
import { findBearerToken } from "../../platform/http/bearer.ts";
import type { Authenticate } from "../../platform/http/guard.ts";
import type { Context } from "../../platform/platform.ts";

const text = Type.Optional(Type.String());

/** The claims of a user (OpenID Connect Core §5.1), each where its scope was granted (§5.4). */
export const userinfoSchema = Type.Object({
  sub: Type.String({ format: "uuid" }),
  name: text,
  preferred_username: text,
  picture: text,
  locale: text,
  updated_at: Type.Optional(Type.Integer({ description: "Seconds since 1970-01-01T00:00:00Z." })),
  email: text,
  email_verified: Type.Optional(Type.Boolean()),
  phone_number: text,
  phone_number_verified: Type.Optional(Type.Boolean({ description: "Always false." })),
  roles: Type.Optional(Type.Array(Type.String(), { description: "With the scope `roles`." })),
});

/** Body of `POST /oauth/userinfo` (RFC 6750 §2.2). */
export const userinfoBody = Type.Object(
  { access_token: Type.Optional(Type.String()) },
  { additionalProperties: true, contentMediaType: "application/x-www-form-urlencoded" },
);

type Claims = Static<typeof userinfoSchema>;

/**
 * The user whose claims a request asks for, by the access token of its header or its form. Throws `AUTHENTICATION_REQUIRED`,
 * `invalid_request` for two tokens, `invalid_token`, `insufficient_scope` (RFC 6750 §3.1).
 */
export function userOfRequest(
  ctx: Context,
  { request, inForm }: { readonly request: Request; readonly inForm: string | null },
  authenticateGranted: Authenticate,
): UserActor | Promise<UserActor> {
  const inHeader = findBearerToken(request.headers.get("authorization"));
  if (inHeader !== null && inForm !== null) {
    throw new OAuthError("invalid_request", "The access token is sent in more than one way.");
  }
  const token = inHeader ?? inForm;
  if (token === null) throw new AppError("AUTHENTICATION_REQUIRED", "Send an access token.");
  const actor = refusing(() => authenticateGranted(ctx, token));
  return actor instanceof Promise ? actor.then(mayReadClaims, refuse) : mayReadClaims(actor);
}

function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  const code = findAppError(error)?.code;
  if (code !== "INVALID_TOKEN" && code !== "EXPIRED_TOKEN") throw error;
  throw new BearerError("invalid_token", "The access token is not valid.");
}

function mayReadClaims(actor: UserActor): UserActor {
  if (actor.grant === null || actor.grant.scopes.includes("openid")) return actor;
  throw new BearerError("insufficient_scope", "The scope openid was not granted.");
}

/** The JSON of a user's claims. The same actor gives the same string, so that a cached user's is written once. */
export function userinfoJson(actor: UserActor): string {
  const earlier = written.get(actor);
  if (earlier !== undefined) return earlier;
  const json = JSON.stringify(claimsOf(actor));
  written.set(actor, json);
  return json;
}

const written = new WeakMap<UserActor, string>();

function claimsOf(actor: UserActor): Claims {
  const { grant, profile } = actor;
  const isGranted = (scope: string) => grant === null || grant.scopes.includes(scope);
  return {
    sub: actor.userId,
    ...(isGranted("profile") ? profileClaims(actor) : {}),
    ...(isGranted("email") ? { email: actor.email, email_verified: actor.emailVerified } : {}),
    ...(isGranted("phone") && profile.phone !== null
      ? { phone_number: profile.phone, phone_number_verified: false }
      : {}),
    ...(isGranted("roles") ? { roles: [...actor.roles] } : {}),
  };
}

function profileClaims({ name, username, profile, updatedAt }: UserActor): Partial<Claims> {
  return {
    ...(name === null ? {} : { name }),
    ...(username === null ? {} : { preferred_username: username }),
    ...(profile.avatarUrl === null ? {} : { picture: profile.avatarUrl }),
    ...(profile.locale === null ? {} : { locale: profile.locale }),
    updated_at: Math.floor(Date.parse(updatedAt) / 1000),
  };
}
