import { host, publicAddress } from "../address-kinds.ts";
import { choice, directory, duration, integer, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** What the service is, where it listens, what it prints. */
export const installation = {
  title: "Installation",
  introduction: "What this process is, where it listens and what it prints.",
  settings: {
    ENVIRONMENT: {
      kind: choice("development", "production", "test"),
      default: "development",
      description:
        "What this installation is for. `production` refuses whatever is fit for development only.",
      example: "production",
    },
    HOST: {
      kind: host,
      default: "127.0.0.1",
      description:
        "The address to listen on; `0.0.0.0` for all of this machine's addresses, as in the container image.",
    },
    PORT: {
      kind: integer(0, 65_535),
      default: "8000",
      description: "The port to listen on. 0 takes a free one, which is of use in tests.",
    },
    PUBLIC_URL: {
      kind: publicAddress,
      default: {
        describedAs: "`http://localhost:$PORT`",
        from: ({ textOf }) => `http://localhost:${textOf("PORT") ?? ""}`,
      },
      description:
        "The address that users reach this service at; links in mails and the tokens' issuer are made of it, never of a request's headers. Required in production, and https there unless the host is this machine.",
      example: "https://auth.example.com",
    },
    SERVICE_NAME: {
      kind: text(64),
      default: "auth-service",
      description: "The name that mails, health answers and the tokens' audience carry.",
    },
    LOG_LEVEL: {
      kind: choice("fatal", "error", "warn", "info", "debug", "trace"),
      default: "info",
      description: "The least important kind of log line that is still printed.",
    },
    LOG_FORMAT: {
      kind: choice("json", "pretty"),
      default: {
        describedAs: "`json`; `pretty` on a terminal",
        from: ({ isTerminal }) => (isTerminal ? "pretty" : "json"),
      },
      description: "One JSON object a line, or lines for people.",
      example: "json",
    },
    LOG_REQUESTS: {
      kind: choice("true", "all", "false"),
      default: "true",
      description:
        "The access log, one line per request. `true` leaves out health checks and the successes of `GET /users/me`, `POST /auth/validate-token`, `GET /auth/forward` and `POST /oauth/introspect`; `all` leaves out nothing; `false` logs no request.",
    },
    DATA_DIR: {
      kind: directory,
      default: "./data",
      description:
        "The directory of the embedded database, of development mail and of the development secret. It is made, for its owner alone, when it is missing.",
    },
    SHUTDOWN_TIMEOUT: {
      kind: duration("1s", "1h"),
      default: "25s",
      description: "How long requests in flight may take to finish after SIGTERM.",
    },
  },
} satisfies SettingGroup;
