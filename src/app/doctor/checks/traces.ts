import { createHttpClient } from "../../../platform/http-client/http-client.ts";
import { sendBatch } from "../../../platform/tracing/send-batch.ts";
import type { Check } from "../check.ts";
import { fail, ok, skip } from "../finding.ts";

/** Whether the collector of traces takes a batch without spans. */
export const tracesCheck: Check = {
  name: "traces",
  needs: ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS"],
  timeoutSeconds: 8,
  async run({ platform }) {
    const { otelExporterOtlpEndpoint: endpoint, otelExporterOtlpHeaders } = platform.settings;
    if (endpoint === null) return [skip("traces", "OTEL_EXPORTER_OTLP_ENDPOINT is unset")];
    const collector = { endpoint, headers: otelExporterOtlpHeaders ?? {} };
    const result = await sendBatch(createHttpClient(), collector, emptyBatch, 1);
    if (result !== "later" && result.refused === 0)
      return [ok("traces", "the collector takes them")];
    const what =
      result === "later" ? "the collector does not respond" : "the collector refuses them";
    return [fail("traces", what, "start it, or correct OTEL_EXPORTER_OTLP_…: see docs/tracing.md")];
  },
};

const emptyBatch = JSON.stringify({ resourceSpans: [] });
