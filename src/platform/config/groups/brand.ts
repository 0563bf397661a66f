import { mailAddress, pageAddress } from "../address-kinds.ts";
import { buttonColor, logoFile } from "../brand-kinds.ts";
import { text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How pages and mails present this installation. */
export const brand = {
  title: "Brand",
  introduction: "How pages and mails present this installation ([pages.md](pages.md#brand)).",
  settings: {
    BRAND_NAME: {
      kind: text(64),
      default: {
        describedAs: "`SERVICE_NAME`",
        from: ({ textOf }) => textOf("SERVICE_NAME") ?? "",
      },
      description: "The name on pages and in mails, and the sender's name of mails.",
      example: "Acme Notes",
    },
    BRAND_LOGO: {
      kind: logoFile,
      default: null,
      description:
        "An image that pages and mails show beside the name, about 40 pixels high. It is read at the start and served at `/brand/logo`. Many mail programs show no SVG.",
      // No path names an image on every machine.
      example: "",
    },
    BRAND_COLOR: {
      kind: buttonColor,
      default: "#1f5fd0",
      description:
        "The colour of buttons. Links, and buttons in dark colours, have a shade of it that is readable there.",
    },
    APP_URL: {
      kind: pageAddress,
      default: null,
      description:
        "The application that users come for. Pages and mails that end a task link to it.",
      example: "https://app.example.com",
    },
    SUPPORT_EMAIL: {
      kind: mailAddress,
      default: null,
      description: "The address for help, at the foot of pages and mails.",
      example: "help@example.com",
    },
  },
} satisfies SettingGroup;
