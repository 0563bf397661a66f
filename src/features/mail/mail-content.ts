import { type Static, Type } from "@sinclair/typebox";

/** What each kind of mail says. `secrets` never reach the database in the clear. */
export const mailContentSchema = Type.Object({
  kind: Type.Literal("verify-email"),
  locale: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  linkTtlSeconds: Type.Number(),
  codeTtlSeconds: Type.Number(),
  secrets: Type.Object({ link: Type.String(), code: Type.String() }),
});

/** The content of one mail, by its kind. */
export type MailContent = Static<typeof mailContentSchema>;
