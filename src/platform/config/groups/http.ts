import { cookieDomain, networks, origins, pageAddress } from "../address-kinds.ts";
import { boolean, secret, size, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Which requests are accepted, and from which origins and proxies. */
export const http = {
  title: "Requests",
  introduction: "Which requests are accepted, and from which origins and proxies.",
  settings: {
    ALLOWED_ORIGINS: {
      kind: origins,
      default: "",
      description: "The origins whose pages may call the API from a browser (CORS).",
      example: "https://app.example.com,https://admin.example.com",
    },
    SESSION_COOKIE_DOMAIN: {
      kind: cookieDomain,
      default: null,
      description:
        "The domain whose hosts all receive the browser session cookie, so that one sign-in serves the applications behind the proxy at `app.example.com` and `wiki.example.com`. `PUBLIC_URL` must be in it. Every host of the domain can read the cookie: set it only where you operate all of them. Unset: only the host of `PUBLIC_URL` receives it.",
      example: "example.com",
    },
    TRUSTED_PROXIES: {
      kind: networks,
      default: "",
      description:
        "The networks of your reverse proxies. `X-Forwarded-For` is used only when it comes from them. Networks wider than any private one are refused in production.",
      example: "10.0.0.0/8,fd00::/8",
    },
    BODY_LIMIT: {
      kind: size("1KiB", "16MiB"),
      default: "64KiB",
      description: "The maximum size of a request body. The response to a larger one is 413.",
    },
    DOCS_ENABLED: {
      kind: boolean,
      default: "true",
      description: "Whether `/docs`, `/redoc` and `/openapi.json` are served.",
    },
    DOCS_LICENSE_NAME: {
      kind: text(64),
      default: "MIT",
      description:
        "The name of the licence of the API, in the documentation. The default is Gatehouse's own.",
    },
    DOCS_LICENSE_URL: {
      kind: pageAddress,
      default: null,
      description: "The text of that licence. Unset: that of MIT, while the name is `MIT`.",
      example: "https://example.com/licence",
    },
    DOCS_TERMS_URL: {
      kind: pageAddress,
      default: null,
      description:
        "The terms of use, to which the documentation links. Its contact is `APP_URL` and `SUPPORT_EMAIL`.",
      example: "https://example.com/terms",
    },
    METRICS_ENABLED: {
      kind: boolean,
      default: "true",
      description:
        "Whether `/metrics` is served (docs/metrics.md). In production it is served only with `METRICS_TOKEN`.",
    },
    METRICS_TOKEN: {
      kind: secret(16),
      default: null,
      description:
        "The bearer token that `/metrics` requires. Unset: outside production anyone may read the metrics.",
      example: "the output of openssl rand -base64 32",
      secret: true,
    },
    POSTS_ENABLED: {
      kind: boolean,
      default: "true",
      description:
        "Whether posts and votes, the example of a protected resource, are served under `/api/v1/posts`.",
    },
  },
} satisfies SettingGroup;
