import type { MailContent, MailKind, MailOf } from "../../src/features/mail/mail-content.ts";

const link = "http://localhost:8000/page?token=Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MDEyMzQ1Njc4OTA";
const secrets = { link, code: "042137" };
const times = { linkTtlSeconds: 86_400, codeTtlSeconds: 600 };
const occasion = {
  at: "2026-11-20T10:11:12.123Z",
  ipAddress: "203.0.113.7",
  userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
};

/** One mail of every kind. */
export const mailContents: { readonly [K in MailKind]: MailOf<K> } = {
  "verify-email": { kind: "verify-email", ...times, secrets },
  "verify-reminder": { kind: "verify-reminder", ...times, secrets },
  "magic-link": { kind: "magic-link", linkTtlSeconds: 600, codeTtlSeconds: 300, secrets },
  "reset-password": { kind: "reset-password", linkTtlSeconds: 1_800, secrets: { link } },
  "change-email": { kind: "change-email", linkTtlSeconds: 86_400, secrets: { link } },
  "email-changed": { kind: "email-changed", stage: "changed", newEmail: "ada@new.example" },
  "password-changed": { kind: "password-changed", ...occasion },
  "mfa-changed": { kind: "mfa-changed", change: "enabled", ...occasion },
  "new-sign-in": { kind: "new-sign-in", ...occasion },
  "account-locked": { kind: "account-locked", ...occasion },
  "account-exists": { kind: "account-exists" },
};

/** Every mail that there is: a kind that has stages in each of them. */
export const allMails = [
  ...Object.values(mailContents),
  { ...mailContents["email-changed"], stage: "requested" as const },
  ...(
    [
      "disabled",
      "reset",
      "recovery_codes_replaced",
      "recovery_code_used",
      "codes_refused",
      "passkey_added",
      "passkey_removed",
    ] as const
  ).map((change) => ({ ...mailContents["mfa-changed"], change })),
  { ...mailContents["reset-password"], isInvitation: true as const },
].map((content) => ({ name: nameOf(content), content }));

function nameOf(content: MailContent): string {
  if (content.kind === "email-changed") return `${content.kind}-${content.stage}`;
  if (content.kind === "mfa-changed") return `${content.kind}-${content.change}`;
  return content.kind === "reset-password" && content.isInvitation ? "invitation" : content.kind;
}
