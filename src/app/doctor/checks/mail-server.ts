import { probeSmtp, type SmtpProbe } from "../../../platform/mail/probe-smtp.ts";
import type { Check } from "../check.ts";
import { fail, type Finding, ok, skip, warn } from "../finding.ts";
import { isLocalHost } from "../../../platform/config/address-kinds.ts";

/** Whether mails can be handed to the mail server: connection, encryption and login. No mail is sent. */
export const mailServerCheck: Check = {
  name: "mail-server",
  needs: [
    "MAIL_TRANSPORT",
    "SMTP_SERVER",
    "SMTP_PORT",
    "SMTP_TLS",
    "SMTP_USERNAME",
    "SMTP_PASSWORD",
  ],
  timeoutSeconds: 15,
  async run({ platform, smtp }) {
    const { mailTransport } = platform.settings;
    if (smtp === null) return [skip("mail-server", `no mail goes by SMTP (${mailTransport})`)];
    return probeFindings(
      await probeSmtp(smtp),
      `${smtp.host}:${smtp.port}`,
      isLocalHost(smtp.host),
    );
  },
};

function probeFindings(probe: SmtpProbe, address: string, isLocal: boolean): readonly Finding[] {
  const { failedAt, code, isEncrypted, isLoggedIn } = probe;
  if (failedAt === "connection") {
    const advice = "correct SMTP_SERVER, SMTP_PORT and SMTP_TLS, or open the firewall for it";
    return [fail("mail-server", `no SMTP connection to ${address} (${code})`, advice)];
  }
  const connection = ok("mail-server", `${address} speaks SMTP`);
  if (failedAt === "encryption") {
    const what = `the connection cannot be encrypted, or its certificate is not valid (${code})`;
    const advice =
      "use the name that is in the certificate, add its authority with NODE_EXTRA_CA_CERTS, or correct SMTP_TLS";
    return [connection, fail("mail-encryption", what, advice)];
  }
  const encryption =
    isEncrypted || isLocal
      ? ok(
          "mail-encryption",
          isEncrypted ? "TLS, with a valid certificate" : "none, on this machine",
        )
      : warn("mail-encryption", "none", "set SMTP_TLS to starttls or tls");
  if (failedAt === "login") {
    const what = `the server does not accept the login (${code})`;
    return [
      connection,
      encryption,
      fail("mail-login", what, "correct SMTP_USERNAME and SMTP_PASSWORD"),
    ];
  }
  const login = isLoggedIn
    ? ok("mail-login", "accepted")
    : skip("mail-login", "SMTP_USERNAME is unset");
  return [connection, encryption, login];
}
