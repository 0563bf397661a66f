import { host, origins } from "../address-kinds.ts";
import { boolean } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** For which domain passkeys are, on which pages they are used, and whether they can replace the password from the start. */
export const passkeys = {
  title: "Passkeys",
  introduction:
    "Passkeys belong to a domain, the relying party id, for as long as they exist: after a change of `WEBAUTHN_RP_ID` the existing ones cannot be used. [passkeys.md](passkeys.md) shows the calls.",
  settings: {
    WEBAUTHN_RP_ID: {
      kind: host,
      default: {
        describedAs: "the host of `PUBLIC_URL`",
        from: ({ textOf }) => hostOf(textOf("PUBLIC_URL")),
      },
      description:
        "The domain that passkeys are for. Pages on it and on its subdomains can use them. Browsers accept no IP address.",
      example: "example.com",
    },
    WEBAUTHN_ORIGINS: {
      kind: origins,
      default: {
        describedAs: "`PUBLIC_URL`",
        from: ({ textOf }) => textOf("PUBLIC_URL") ?? "",
      },
      description:
        "The origins of the pages that may use passkeys. Those of other domains are announced to browsers at `/.well-known/webauthn`, which must be reachable at `https://<WEBAUTHN_RP_ID>`.",
      example: "https://auth.example.com,https://app.example.com",
    },
    PASSWORDLESS_SIGN_UP: {
      kind: boolean,
      default: "false",
      description:
        "Whether people can register without a password. They then sign in by e-mail, and can add a passkey.",
    },
  },
} satisfies SettingGroup;

/** `URL` writes IPv6 addresses in brackets. */
function hostOf(publicUrl: string | null): string {
  if (publicUrl === null || !URL.canParse(publicUrl)) return "";
  return new URL(publicUrl).hostname.replace(/^\[|\]$/g, "");
}
