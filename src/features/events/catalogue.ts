import { type Static, type TProperties, Type } from "@sinclair/typebox";

const userId = Type.String({ format: "uuid", description: "The user it is about." });
const email = Type.String({ description: "The user's address." });
const ipAddress = Type.Union([Type.String(), Type.Null()], {
  description: "The address of the client; null for a job or a command.",
});
const provider = Type.String({ description: "The name of the provider of social login." });
const passkeyId = Type.String({ format: "uuid", description: "The passkey." });
const sessionId = Type.String({ format: "uuid", description: "The session." });
const sessionIds = Type.Array(Type.String({ format: "uuid" }), {
  description: "The sessions that ended.",
});

/** An event with this description, whose data has these members beside `user_id`. */
function define<Properties extends TProperties>(description: string, properties: Properties) {
  const data = Type.Object({ user_id: userId, ...properties }, { additionalProperties: false });
  return { description, data };
}

/**
 * Every event that is written, by its type. The types of `recordEvent`, docs/events.md and /asyncapi.json are made from it. A
 * member may be added to an event; none is removed or changes its meaning.
 */
export const eventCatalogue = {
  "user.registered": define("An account was created, by a registration or by an administrator.", {
    email,
    email_verification_token: Type.Optional(
      Type.String({
        description:
          "The token of the link that verifies the address, for a system that sends its own mails. Absent after it has expired, for an account that an administrator created, and with `EVENTS_INCLUDE_TOKENS=false`.",
      }),
    ),
  }),
  "user.email_verified": define("The user's address was verified.", { email }),
  "user.logged_in": define("The user signed in.", { email, ip_address: ipAddress }),
  "user.logged_out": define("The user signed out of a session, or of all of them.", {
    session_ids: sessionIds,
  }),
  "user.locked": define(
    "The password is refused on unknown devices for a while, because too many sign-ins have failed.",
    { email, ip_address: ipAddress },
  ),
  "user.password_reset_requested": define("A mail with a link to reset the password was queued.", {
    email,
  }),
  "user.password_changed": define(
    "The password was changed or reset. The user's other sessions ended with it.",
    { email },
  ),
  "user.email_changed": define(
    "The user's address was changed. The user's sessions ended with it.",
    {
      email,
      previous_email: Type.String({ description: "The address before." }),
    },
  ),
  "user.identity_linked": define("An identity at a provider was linked to the account.", {
    provider,
  }),
  "user.identity_unlinked": define("An identity at a provider was removed from the account.", {
    provider,
  }),
  "user.passkey_added": define("A passkey was added to the account.", { passkey_id: passkeyId }),
  "user.passkey_removed": define("A passkey was removed from the account by its user.", {
    passkey_id: passkeyId,
  }),
  "user.mfa_enabled": define("The user turned the second factor on.", {}),
  "user.mfa_disabled": define(
    "The second factor was turned off, by the user or by an administrator.",
    { by: Type.Union([Type.Literal("user"), Type.Literal("administrator")]) },
  ),
  "user.updated": define("The user's data was changed.", {
    fields: Type.Array(Type.String(), {
      description: "The names of the changed fields in the API, which has the values.",
    }),
  }),
  "user.roles_changed": define("The user's roles were changed.", {
    roles: Type.Array(Type.String(), { description: "All roles of the user after the change." }),
  }),
  "user.deleted": define("The account was deleted. The user's sessions ended with it.", { email }),
  "user.restored": define("A deleted account was restored.", { email }),
  "session.revoked": define(
    "Sessions were ended from the list of sessions, by the user or by an administrator.",
    { session_ids: sessionIds },
  ),
  "session.reuse_detected": define(
    "A refresh token was used again after it was replaced, which is a sign of theft. The session ended with it.",
    { session_id: sessionId, ip_address: ipAddress },
  ),
  "webhook.test": define(
    "A user requested a test of a webhook. It is sent to this webhook alone, whatever types it gets.",
    { webhook_id: Type.String({ format: "uuid", description: "The webhook." }) },
  ),
} as const;

/** The type of an event. */
export type EventType = keyof typeof eventCatalogue;

/** The data of an event, as consumers receive it. */
export type EventData<T extends EventType> = Static<(typeof eventCatalogue)[T]["data"]>;

/** The types of all events, in the order of the catalogue. */
export const eventTypes: readonly string[] = Object.keys(eventCatalogue);
