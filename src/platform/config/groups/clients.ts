import { boolean, choice, scopeNames, secret } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How applications become clients of the OpenID Provider without an operator. */
export const clients = {
  title: "Clients",
  introduction:
    "How applications, such as MCP clients, become clients that users sign in to without an operator who creates them. [openid-provider.md](openid-provider.md) tells what such clients may do.",
  settings: {
    CLIENT_REGISTRATION: {
      kind: choice("off", "token", "open"),
      default: "off",
      description:
        "Who may register clients at `/oauth/register` (RFC 7591): no one, everyone with `CLIENT_REGISTRATION_TOKEN`, or everyone. Users of such clients are always asked for consent.",
    },
    CLIENT_REGISTRATION_TOKEN: {
      kind: secret(32),
      default: null,
      description:
        "The initial access token (RFC 7591 §3) of `CLIENT_REGISTRATION=token`: 32 random bytes or more.",
      example: "registration-0Vq3mT8yXw5kLb2nRz7cHd4sJf9gPa1e",
      secret: true,
    },
    CLIENT_REGISTRATION_SCOPES: {
      kind: scopeNames,
      default: "",
      description:
        "The scopes, beside those of OpenID Connect, that clients may ask for which registered themselves or have a metadata document: those of your own services.",
      example: "invoices:read,invoices:write",
    },
    CLIENT_ID_METADATA_DOCUMENTS: {
      kind: boolean,
      default: "false",
      description:
        "Whether an https URL may be a client id. The client's metadata is fetched from there, and kept for an hour. Only public addresses are fetched.",
    },
  },
} satisfies SettingGroup;
