import { Type } from "@sinclair/typebox";

/** The query of a mailed link. Mail programs and trackers append parameters of their own to it. */
export const linkQuery = Type.Object(
  { token: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
);

/** The token of a link, or null where a mail program has lost or mangled it. */
export function tokenOf({ token }: { readonly token?: unknown }): string | null {
  return typeof token === "string" && token !== "" ? token : null;
}

/** A field of a posted form; one that is empty counts as left out. */
export const formField = Type.Optional(Type.String());
