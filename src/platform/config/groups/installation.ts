import { host, publicAddress } from "../address-kinds.ts";
import { choice, directory, duration, integer, logLevel, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** The environment, the addresses, the names and the log of a process. */
export const installation = {
  title: "Installation",
  introduction: "The environment, the addresses, the names and the log of this process.",
  settings: {
    ENVIRONMENT: {
      kind: choice("development", "production", "test"),
      default: "development",
      description:
        "What this installation is used for. `production` refuses settings that are safe only for development.",
      example: "production",
    },
    HOST: {
      kind: host,
      default: "127.0.0.1",
      description:
        "The address to listen on. `0.0.0.0` means all IPv4 addresses of this machine, as in the container image.",
    },
    PORT: {
      kind: integer(0, 65_535),
      default: "8000",
      description: "The port to listen on. 0 chooses a free port, which is useful in tests.",
    },
    PUBLIC_URL: {
      kind: publicAddress,
      default: {
        describedAs: "`http://localhost:$PORT`",
        from: ({ textOf }) => `http://localhost:${textOf("PORT") ?? ""}`,
      },
      description:
        "The URL at which users reach this service: a host of its own, without a path. Links in mails and the issuer of tokens are made from it, never from a request's headers. Required in production, where it must be https unless the host is this machine.",
      example: "https://auth.example.com",
    },
    SERVICE_NAME: {
      kind: text(64),
      default: "auth-service",
      description: "The name in mails and in health responses.",
    },
    LOG_LEVEL: {
      kind: logLevel,
      default: "info",
      description: "The lowest level of log lines that are printed.",
    },
    LOG_FORMAT: {
      kind: choice("json", "pretty"),
      default: {
        describedAs: "`json`; `pretty` on a terminal",
        from: ({ isTerminal }) => (isTerminal ? "pretty" : "json"),
      },
      description:
        "`json` prints one JSON object per line, `pretty` prints lines that are easier to read.",
      example: "json",
    },
    LOG_REQUESTS: {
      kind: choice("true", "all", "false"),
      default: "true",
      description:
        "The access log, one line per request. `true` leaves out health checks and the successes of `GET /users/me`, `POST /auth/validate-token`, `GET /auth/forward`, `POST /oauth/introspect` and `/oauth/userinfo`; `all` leaves out nothing; `false` logs no request. The lines have the level `info`.",
    },
    DATA_DIR: {
      kind: directory,
      default: "./data",
      description:
        "The directory of the embedded database, of development mail and of the development secret. If it is missing, it is created with access for its owner only.",
    },
    SHUTDOWN_TIMEOUT: {
      kind: duration("1s", "1h"),
      default: "25s",
      description: "How long open requests may take to finish after SIGTERM.",
    },
  },
} satisfies SettingGroup;
