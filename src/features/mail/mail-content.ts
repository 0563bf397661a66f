import { type Static, Type } from "@sinclair/typebox";

const link = Type.Object({ link: Type.String() });
const linkAndCode = Type.Object({ link: Type.String(), code: Type.String() });

/** The lifetimes of a mail's link and code. */
const proof = {
  linkTtlSeconds: Type.Number(),
  codeTtlSeconds: Type.Number(),
  secrets: linkAndCode,
};

/** The time (ISO 8601) and the client of an action, so that the reader can decide whether it was their own. */
const occasion = {
  at: Type.String({ minLength: 1 }),
  ipAddress: Type.Union([Type.String(), Type.Null()]),
  userAgent: Type.Union([Type.String(), Type.Null()]),
};

/** The content of each kind of mail. `secrets` never reach the database in the clear. */
export const mailContentSchema = Type.Union([
  Type.Object({ kind: Type.Literal("verify-email"), ...proof }),
  Type.Object({ kind: Type.Literal("verify-reminder"), ...proof }),
  Type.Object({ kind: Type.Literal("magic-link"), ...proof }),
  Type.Object({
    kind: Type.Literal("reset-password"),
    /** Whether an administrator created the account, which has no password yet. */
    isInvitation: Type.Optional(Type.Literal(true)),
    linkTtlSeconds: Type.Number(),
    secrets: link,
  }),
  Type.Object({ kind: Type.Literal("change-email"), linkTtlSeconds: Type.Number(), secrets: link }),
  Type.Object({
    kind: Type.Literal("email-changed"),
    stage: Type.Union([Type.Literal("requested"), Type.Literal("changed")]),
    newEmail: Type.String(),
  }),
  Type.Object({ kind: Type.Literal("password-changed"), ...occasion }),
  Type.Object({ kind: Type.Literal("new-sign-in"), ...occasion }),
  Type.Object({ kind: Type.Literal("account-exists") }),
]);

/** The content of one mail, by its kind. */
export type MailContent = Static<typeof mailContentSchema>;

/** The kinds of mail. */
export type MailKind = MailContent["kind"];

/** All kinds of mail. */
export const mailKinds: ReadonlySet<string> = new Set(
  mailContentSchema.anyOf.map(({ properties }) => properties.kind.const),
);

/** The content of a mail of one kind. */
export type MailOf<K extends MailKind> = Extract<MailContent, { kind: K }>;
