import { networks, origins } from "../address-kinds.ts";
import { boolean, size } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Which requests are taken, and from whom. */
export const http = {
  title: "Requests",
  introduction: "Which requests are taken, and whose word about their origin is believed.",
  settings: {
    ALLOWED_ORIGINS: {
      kind: origins,
      default: "",
      description: "The origins whose pages may call the API from a browser (CORS).",
      example: "https://app.example.com,https://admin.example.com",
    },
    TRUSTED_PROXIES: {
      kind: networks,
      default: "",
      description:
        "The networks of your reverse proxies: their `X-Forwarded-For` is believed, nobody else's. Networks so wide that they would trust everybody are refused in production.",
      example: "10.0.0.0/8,fd00::/8",
    },
    BODY_LIMIT: {
      kind: size("1KiB", "16MiB"),
      default: "64KiB",
      description: "The largest request body; a larger one is answered 413.",
    },
    DOCS_ENABLED: {
      kind: boolean,
      default: "true",
      description: "Whether `/docs`, `/redoc` and `/openapi.json` are served.",
    },
    POSTS_ENABLED: {
      kind: boolean,
      default: "true",
      description:
        "Whether there are posts and votes, the example of a protected resource, under `/api/v1/posts`.",
    },
  },
} satisfies SettingGroup;
