import { boolean } from "../kinds.ts";
import { redirectUris } from "../redirect-uri-kind.ts";
import type { SettingGroup } from "../setting.ts";

/** Where social login leads to. The settings of providers are in `../providers`. */
export const socialLogin = {
  title: "Social login",
  introduction:
    "Sign-in with other services. A provider is on when its settings are set. A provider whose settings are incomplete or wrong is off, and the start logs a warning that names them. This is the one case in which a wrong setting does not stop the start. `<NAME>` stands for a name of your choice: `OIDC_KEYCLOAK_ISSUER`.",
  settings: {
    REDIRECT_URIS: {
      kind: redirectUris,
      default: "",
      description:
        "Where a sign-in may lead back to. They are compared exactly. For http on this machine any port is accepted (RFC 8252 §7.3).",
      example: "https://app.example.com/signed-in,com.example.app:/signed-in",
    },
    OAUTH_KEEP_TOKENS: {
      kind: boolean,
      default: "false",
      description:
        "Whether the tokens of providers are kept, encrypted, so that users' apps can call the provider.",
    },
  },
} satisfies SettingGroup;
