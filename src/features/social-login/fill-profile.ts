import { eq, type SQL, sql } from "drizzle-orm";

import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { acceptableProfile, type ForeignProfile, users } from "../users/index.ts";
import type { ProviderProfile } from "./provider.ts";

/** The empty fields of a user's profile for which a provider has a value. */
export interface FilledProfile {
  /** The names of the fields in the API. */
  readonly fields: readonly string[];
  /** The columns to set. A value that was set meanwhile stays. */
  readonly values: { readonly name?: SQL; readonly avatarUrl?: SQL; readonly locale?: SQL };
  /** The name after the change. */
  readonly name: string | null;
}

/** What a provider's profile fills. */
export function fillEmpty(present: ForeignProfile, profile: ProviderProfile): FilledProfile {
  const { name, avatarUrl, locale } = acceptableProfile(profile);
  const fillsName = present.name === null && name !== null;
  const fillsAvatar = present.avatarUrl === null && avatarUrl !== null;
  const fillsLocale = present.locale === null && locale !== null;
  return {
    fields: [
      ...(fillsName ? ["name"] : []),
      ...(fillsAvatar ? ["avatar_url"] : []),
      ...(fillsLocale ? ["locale"] : []),
    ],
    values: {
      ...(fillsName ? { name: sql`coalesce(${users.name}, ${name}::text)` } : {}),
      ...(fillsAvatar ? { avatarUrl: sql`coalesce(${users.avatarUrl}, ${avatarUrl}::text)` } : {}),
      ...(fillsLocale ? { locale: sql`coalesce(${users.locale}, ${locale}::text)` } : {}),
    },
    name: present.name ?? name,
  };
}

/** The effects of filling a user's profile. */
export function fillEffects(
  ctx: Context,
  userId: string,
  provider: string,
  filled: FilledProfile,
): Effect[] {
  if (filled.fields.length === 0) return [];
  return [fillProfile(ctx, userId, filled), ...recordFilled(ctx, userId, provider, filled)];
}

/** The effect of writing a user's row with the filled fields, which may be none. */
export function fillProfile(ctx: Context, userId: string, { values }: FilledProfile): Effect {
  const set = { ...values, updatedAt: ctx.clock.now() };
  return {
    ...updateRows(users, set, eq(users.id, userId)),
    announces: { subject: "user", id: userId },
  };
}

/** The record of a filled profile, for a statement that sets the values itself. */
export function recordFilled(
  ctx: Context,
  userId: string,
  provider: string,
  { fields }: FilledProfile,
): Effect[] {
  if (fields.length === 0) return [];
  const action = "user.updated";
  const detail = { by: provider, fields };
  return [
    recordAudit(ctx, { action, result: "success", userId, detail }),
    ...recordEvent(ctx, action, { user_id: userId, fields: [...fields] }),
  ];
}
