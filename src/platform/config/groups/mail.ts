import { host, mailAddress } from "../address-kinds.ts";
import { choice, integer, secret, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How mails are sent. */
export const mail = {
  title: "Mail",
  introduction: "How mails are sent: by SMTP, or in development as files in `DATA_DIR/mail`.",
  settings: {
    MAIL_TRANSPORT: {
      kind: choice("smtp", "file", "none"),
      default: {
        describedAs: "`smtp` when `SMTP_SERVER` is set, else `file`",
        from: ({ textOf }) => (textOf("SMTP_SERVER") === null ? "file" : "smtp"),
      },
      description:
        "How mails are sent. `file` writes `.eml` files and is refused in production; `none` sends no mails.",
      example: "smtp",
    },
    SMTP_SERVER: {
      kind: host,
      default: null,
      description: "The SMTP server that mails are sent through.",
      example: "smtp.example.com",
    },
    SMTP_PORT: {
      kind: integer(1, 65_535),
      default: "587",
      description: "The port of the SMTP server.",
    },
    SMTP_USERNAME: {
      kind: text(320),
      default: null,
      description: "The username for the SMTP server. `SMTP_PASSWORD` is required with it.",
      example: "gatehouse",
    },
    SMTP_PASSWORD: {
      kind: secret(1),
      default: null,
      description: "The password for the SMTP server.",
      example: "the-password",
      secret: true,
    },
    SMTP_FROM_EMAIL: {
      kind: mailAddress,
      default: "no-reply@localhost",
      description: "The sender's address of mails. Required with `MAIL_TRANSPORT=smtp`.",
      example: "auth@example.com",
    },
    SMTP_TLS: {
      kind: choice("starttls", "tls", "none"),
      default: "starttls",
      description:
        "`starttls` requires STARTTLS before any mail or password is sent, `tls` encrypts from the first byte (port 465), `none` does not encrypt and is meant for a server on this machine.",
    },
  },
} satisfies SettingGroup;
