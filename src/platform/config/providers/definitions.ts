import { boolean, secret, text } from "../kinds.ts";
import type { Setting } from "../setting.ts";
import { applePrivateKey, clientIds, issuer, matching, scopes, serviceAddress } from "./kinds.ts";

/** One setting of a provider. With `required`, the provider is off without it. */
export interface ProviderSetting extends Setting {
  readonly required?: true;
}

/** The settings of one provider. Their names are without the prefix of the provider. */
export type ProviderDefinition = Readonly<Record<string, ProviderSetting>>;

/** The settings of the built-in providers. The prefix of their names is that of the provider in upper case. */
export const builtInProviders = {
  google: {
    ...client("Google", "123456789012-abc.apps.googleusercontent.com"),
    NATIVE_CLIENT_IDS: nativeClientIds("Google", "123456789012-ios.apps.googleusercontent.com"),
  },
  github: client("GitHub", "Ov23liExampleOfGitHub"),
  microsoft: {
    ...client("Microsoft", "00000000-aaaa-bbbb-cccc-000000000000"),
    TENANT: {
      kind: matching(
        /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/,
        "common, organizations, consumers, or the id or a domain of a tenant",
      ),
      default: "common",
      description: "Whose accounts may sign in with Microsoft.",
    },
  },
  gitlab: {
    ...client("GitLab", "0123456789abcdef-example"),
    URL: {
      kind: serviceAddress,
      default: "https://gitlab.com",
      description: "The address of GitLab. Set it for an instance of your own.",
    },
  },
  discord: client("Discord", "123456789012345678"),
  apple: {
    CLIENT_ID: clientId("Apple", "com.example.app.web"),
    TEAM_ID: {
      kind: matching(/^[A-Z0-9]{10}$/, "ten capital letters and digits"),
      default: null,
      description: "The id of your team at Apple.",
      example: "ABCDE12345",
      required: true,
    },
    KEY_ID: {
      kind: matching(/^[A-Z0-9]{10}$/, "ten capital letters and digits"),
      default: null,
      description: "The id of the key at Apple.",
      example: "ABC123DEFG",
      required: true,
    },
    CLIENT_SECRET: {
      kind: applePrivateKey,
      default: null,
      description:
        "The private key of the client at Apple. `APPLE_CLIENT_SECRET_FILE` with the path of the .p8 file is the simplest form. On one line, line breaks are written as `\\n`.",
      example: String.raw`"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"`,
      secret: true,
      required: true,
    },
    NATIVE_CLIENT_IDS: nativeClientIds("Apple", "com.example.app"),
  },
} as const satisfies Readonly<Record<string, ProviderDefinition>>;

/** The settings of an OpenID Connect issuer. The prefix of their names is `OIDC_<NAME>`. */
export const oidcProvider = {
  ISSUER: {
    kind: issuer,
    default: null,
    description:
      "The address of an OpenID Connect issuer. Choose any `<NAME>` of capital letters, digits and single `_`, up to 32 characters: it is in the path of the sign-in, in lower case and with `-` instead of `_`.",
    example: "https://keycloak.example.com/realms/main",
    required: true,
  },
  CLIENT_ID: clientId("the issuer", "gatehouse"),
  CLIENT_SECRET: {
    kind: secret(1),
    default: null,
    description: "The secret of the client at the issuer. A public client has none.",
    example: "the-client-secret",
    secret: true,
  },
  SCOPES: {
    kind: scopes,
    default: "openid email profile",
    description: "What the issuer is asked for.",
  },
  ALLOW_PRIVATE: {
    kind: boolean,
    default: "false",
    description:
      "Whether the issuer and its endpoints may have private addresses and use http. An issuer whose host is a private address, `localhost`, a name without a dot, or a name that ends in `.localhost`, `.local`, `.internal`, `.lan` or `.home.arpa`, may do so on that host without this setting.",
  },
} as const satisfies ProviderDefinition;

function client(provider: string, exampleId: string) {
  return {
    CLIENT_ID: clientId(provider, exampleId),
    CLIENT_SECRET: {
      kind: secret(1),
      default: null,
      description: `The secret of the client at ${provider}.`,
      example: "the-client-secret",
      secret: true,
      required: true,
    },
  } as const satisfies ProviderDefinition;
}

function clientId(provider: string, example: string) {
  return {
    kind: text(512),
    default: null,
    description: `The id of the client at ${provider}.`,
    example,
    required: true,
  } as const satisfies ProviderSetting;
}

function nativeClientIds(provider: string, example: string) {
  return {
    kind: clientIds,
    default: "",
    description: `Further client ids at ${provider}, of native apps. Their ID tokens are accepted too.`,
    example,
  } as const satisfies ProviderSetting;
}
