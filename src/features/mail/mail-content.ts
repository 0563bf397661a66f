import { type Static, Type } from "@sinclair/typebox";

const link = Type.Object({ link: Type.String() });
const linkAndCode = Type.Object({ link: Type.String(), code: Type.String() });

/** The content of a mail with a link and a code. */
const linkWithCode = {
  linkTtlSeconds: Type.Number(),
  codeTtlSeconds: Type.Number(),
  secrets: linkAndCode,
};

/** The time (ISO 8601) of an action and the client that sent the request: the owner decides whether it was their own action. */
const occasion = {
  at: Type.String({ minLength: 1 }),
  ipAddress: Type.Union([Type.String(), Type.Null()]),
  userAgent: Type.Union([Type.String(), Type.Null()]),
};

/** The content of each kind of mail. `secrets` are sealed before they are stored. */
export const mailContentSchema = Type.Union([
  Type.Object({ kind: Type.Literal("verify-email"), ...linkWithCode }),
  Type.Object({ kind: Type.Literal("verify-reminder"), ...linkWithCode }),
  Type.Object({ kind: Type.Literal("magic-link"), ...linkWithCode }),
  Type.Object({
    kind: Type.Literal("reset-password"),
    /** Whether an administrator created the account for the user, who has no password yet. */
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
  Type.Object({
    kind: Type.Literal("mfa-changed"),
    change: Type.Union([
      Type.Literal("enabled"),
      Type.Literal("disabled"),
      Type.Literal("reset"),
      Type.Literal("recovery_codes_replaced"),
      Type.Literal("recovery_code_used"),
      Type.Literal("codes_refused"),
      Type.Literal("passkey_added"),
      Type.Literal("passkey_removed"),
    ]),
    ...occasion,
  }),
  Type.Object({ kind: Type.Literal("new-sign-in"), ...occasion }),
  Type.Object({ kind: Type.Literal("account-locked"), ...occasion }),
  Type.Object({ kind: Type.Literal("account-exists") }),
]);

/** The content of one mail, by its kind. */
export type MailContent = Static<typeof mailContentSchema>;

/** The kinds of mail. */
export type MailKind = MailContent["kind"];

/** The names of all kinds. */
export const mailKinds: ReadonlySet<string> = new Set(
  mailContentSchema.anyOf.map(({ properties }) => properties.kind.const),
);

/** The content of a mail of one kind. */
export type MailOf<K extends MailKind> = Extract<MailContent, { kind: K }>;
