import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

import type { UserProfile } from "../../kernel/context.ts";
import { checkMetadata } from "./check-metadata.ts";
import { nameSchema, usernameSchema } from "./model.ts";
import { avatarUrlSchema, findLanguageTag, localeSchema, phoneSchema } from "./profile-schemas.ts";

/** The fields of a user that a request can change; `null` removes a value. */
export const profileFields = {
  username: Type.Optional(nullable(usernameSchema)),
  name: Type.Optional(nullable(nameSchema)),
  phone: Type.Optional(nullable(phoneSchema)),
  avatar_url: Type.Optional(nullable(avatarUrlSchema)),
  locale: Type.Optional(nullable(localeSchema)),
  metadata: Type.Optional(
    nullable(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          "Free data of the applications about the user, at most 8 KiB as JSON. It is replaced as a whole.",
      }),
    ),
  ),
};

const profileUpdateSchema = Type.Object(profileFields);

/** The new values of a profile; null deletes a value, and a field that is left out does not change. */
export type ProfileUpdate = Static<typeof profileUpdateSchema>;

const nullableText = nullable(Type.String());

/** The profile fields of a user in responses. */
export const profileSchema = Type.Object({
  phone: nullableText,
  avatar_url: nullableText,
  locale: nullableText,
  metadata: Type.Record(Type.String(), Type.Unknown()),
});

/** The wire form of a user's profile. */
export function viewProfile(profile: UserProfile): Static<typeof profileSchema> {
  return {
    phone: profile.phone,
    avatar_url: profile.avatarUrl,
    locale: profile.locale,
    metadata: profile.metadata,
  };
}

/**
 * The columns of an update, each by its name: nothing else that was received can reach the row. Throws `VALIDATION_ERROR`.
 */
export function profileColumnsOf(changes: ProfileUpdate) {
  const { username, name, phone, avatar_url: avatarUrl, locale, metadata } = changes;
  if (metadata) checkMetadata(metadata);
  return {
    ...(username === undefined ? {} : { username }),
    ...(name === undefined ? {} : { name }),
    ...(phone === undefined ? {} : { phone }),
    ...(avatarUrl === undefined ? {} : { avatarUrl }),
    ...(locale === undefined ? {} : { locale: locale === null ? null : findLanguageTag(locale) }),
    ...(metadata === undefined ? {} : { metadata: { ...metadata } }),
  };
}

/** The fields of a profile that come from elsewhere, such as from a provider. */
export interface ForeignProfile {
  readonly name: string | null;
  readonly avatarUrl: string | null;
  readonly locale: string | null;
}

/** The same, with null for each value that a request could not set. */
export function acceptableProfile({ name, avatarUrl, locale }: ForeignProfile): ForeignProfile {
  return {
    name: Value.Check(nameSchema, name) ? name : null,
    avatarUrl: Value.Check(avatarUrlSchema, avatarUrl) ? avatarUrl : null,
    locale: Value.Check(localeSchema, locale) ? findLanguageTag(locale) : null,
  };
}

function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}
