import { inSession, rolesOf } from "../roles/index.ts";
import { factsOf, type FoundSession } from "./cached-records.ts";
import type { ActiveSession } from "./find-active-session.ts";
import { isSameRights } from "./shared-lists.ts";

/** A session and its user, as they were read, in the form in which they are cached. */
export function foundSession(session: ActiveSession): FoundSession {
  const { email, username, name, emailVerifiedAt, phone, avatarUrl, locale, metadata } = session;
  const profile = { phone, avatarUrl, locale, metadata };
  const times = {
    createdAt: session.createdAt.toISOString(),
    updatedAt: session.updatedAt.toISOString(),
  };
  const rights = { roles: rolesOf(session), permissions: session.permissions };
  const withoutMfa = {
    roles: rolesOf(inSession(session, [])),
    permissions: session.permissionsWithoutMfa,
  };
  return {
    id: session.sessionId,
    user: {
      id: session.id,
      facts: factsOf({
        email,
        username,
        name,
        emailVerified: emailVerifiedAt !== null,
        ...times,
        profile,
      }),
      ...rights,
      withoutMfa: isSameRights(rights, withoutMfa) ? null : withoutMfa,
    },
    amr: session.amr,
    client:
      session.clientId === null
        ? null
        : { clientId: session.clientId, isTrusted: session.isTrustedClient },
    endsAt: Math.min(session.expiresAt.getTime(), session.absoluteExpiresAt.getTime()),
    notedAsUsedAt: session.lastUsedAt.getTime(),
  };
}
