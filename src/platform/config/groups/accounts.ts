import { mailDomains } from "../address-kinds.ts";
import { choice, duration, usernames } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Who may register, and which usernames can be chosen. */
export const accounts = {
  title: "Accounts",
  introduction:
    "Who may register, and which usernames can be chosen. Users with the permission `users:write` and the command line create accounts whatever these settings are.",
  settings: {
    REGISTRATION: {
      kind: choice("open", "invite", "closed"),
      default: "open",
      description:
        "Whether people can register. With `invite` and `closed` the response to a registration is 403 `REGISTRATION_CLOSED`; its message says which of the two it is. Accounts are then created with `POST /users`, which mails an invitation, or imported.",
      example: "invite",
    },
    ALLOWED_EMAIL_DOMAINS: {
      kind: mailDomains,
      default: "",
      description:
        "The domains of the email addresses with which people can register, and to which users can change their address. A subdomain is another domain. An empty value means all.",
      example: "example.com,example.org",
    },
    RESERVED_USERNAMES: {
      kind: usernames,
      default: "",
      description:
        "Usernames that users cannot choose, beside the built-in list (`admin`, `root`, `support` and the like), `SERVICE_NAME` and `BRAND_NAME`. Names that look like one of them are reserved as well.",
      example: "billing-team,ceo",
    },
    USERNAME_QUARANTINE: {
      kind: duration("0s", "3650d"),
      default: "90d",
      description:
        "How long a username stays reserved for the account that gave it up, by a change or by deletion. `0s` reserves nothing.",
    },
  },
} satisfies SettingGroup;
