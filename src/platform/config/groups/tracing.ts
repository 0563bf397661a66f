import { collectorAddress, fraction, headerList } from "../tracing-kinds.ts";
import { choice, text } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Where traces are sent, and which. */
export const tracing = {
  title: "Traces",
  introduction:
    "Where the traces of requests are sent over OTLP, and how many of them (docs/tracing.md). The names are those of OpenTelemetry.",
  settings: {
    OTEL_EXPORTER_OTLP_ENDPOINT: {
      kind: collectorAddress,
      default: null,
      description:
        "The base address of a collector of OpenTelemetry, which takes OTLP over HTTP. `/v1/traces` is appended. Unset: nothing is traced.",
      example: "http://localhost:4318",
    },
    OTEL_EXPORTER_OTLP_HEADERS: {
      kind: headerList,
      default: null,
      description:
        "Headers of the requests to the collector, such as a key: `name=value`, comma separated, with percent-encoded values.",
      example: "api-key=the-key",
      secret: true,
    },
    OTEL_SERVICE_NAME: {
      kind: text(64),
      default: {
        describedAs: "`SERVICE_NAME`",
        from: ({ textOf }) => textOf("SERVICE_NAME") ?? "",
      },
      description: "The name of this service in traces.",
      example: "auth",
    },
    OTEL_TRACES_SAMPLER: {
      kind: choice(
        "parentbased_always_on",
        "parentbased_always_off",
        "parentbased_traceidratio",
        "always_on",
        "always_off",
        "traceidratio",
      ),
      default: "parentbased_always_on",
      description:
        "Which requests are traced. With `parentbased_…` the `traceparent` of a request decides, where it has one.",
    },
    OTEL_TRACES_SAMPLER_ARG: {
      kind: fraction,
      default: "1",
      description: "The part of the requests that `…traceidratio` traces, from 0 to 1.",
      example: "0.1",
    },
  },
} satisfies SettingGroup;
