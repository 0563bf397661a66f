import { host, mailAddress } from "../address-kinds.ts";
import { choice, integer, secret, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How mails leave. */
export const mail = {
  title: "Mail",
  introduction: "How mails leave: by SMTP, or in development into files of `DATA_DIR/mail`.",
  settings: {
    MAIL_TRANSPORT: {
      kind: choice("smtp", "file", "none"),
      default: {
        describedAs: "`smtp` when `SMTP_SERVER` is set, else `file`",
        from: ({ textOf }) => (textOf("SMTP_SERVER") === null ? "file" : "smtp"),
      },
      description:
        "Where mails go. `file` writes `.eml` files and is refused in production; `none` sends none at all.",
      example: "smtp",
    },
    SMTP_SERVER: {
      kind: host,
      default: null,
      description: "The mail server that takes the mails.",
      example: "smtp.example.com",
    },
    SMTP_PORT: { kind: integer(1, 65_535), default: "587", description: "The mail server's port." },
    SMTP_USERNAME: {
      kind: text(320),
      default: null,
      description: "The name to sign in to the mail server with; goes with `SMTP_PASSWORD`.",
      example: "gatehouse",
    },
    SMTP_PASSWORD: {
      kind: secret(1),
      default: null,
      description: "The password to sign in to the mail server with.",
      example: "the-password",
      secret: true,
    },
    SMTP_FROM_EMAIL: {
      kind: mailAddress,
      default: "no-reply@localhost",
      description: "The sender of mails. Required with `MAIL_TRANSPORT=smtp`.",
      example: "auth@example.com",
    },
    SMTP_TLS: {
      kind: choice("starttls", "tls", "none"),
      default: "starttls",
      description:
        "`starttls` encrypts before anything is said, `tls` from the first byte (port 465), `none` never: for a server on this machine.",
    },
  },
} satisfies SettingGroup;
