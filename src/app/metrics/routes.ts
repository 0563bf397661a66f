import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { equalInConstantTime, sha256 } from "../../kernel/bytes.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Settings } from "../../platform/config/settings.ts";
import { readBearerToken } from "../../platform/http/bearer.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import type { MetricFamily } from "../../platform/metrics/port.ts";
import { chooseFormat, writeMetrics } from "../../platform/metrics/write-metrics.ts";

/** Reads the values of all metrics. */
export type Collect = () => Promise<readonly MetricFamily[]>;

/** Whether `/metrics` is served: in production only with a token, because the metrics show what the service does. */
export function servesMetrics({ metricsEnabled, metricsToken, environment }: Settings): boolean {
  return metricsEnabled && (metricsToken !== null || environment !== "production");
}

/** The metrics of this process, for Prometheus and what reads its formats. */
export function metricsRoutes({
  kit,
  platform,
  collectMetrics,
}: Pick<RouteParts, "kit" | "platform"> & { readonly collectMetrics: Collect }) {
  const { metricsToken } = platform.settings;
  return new Elysia().use(kit).get(
    "/metrics",
    async ({ request, set }) => {
      if (metricsToken !== null) assertToken(request, metricsToken);
      const format = chooseFormat(request.headers.get("accept"));
      const { contentType, text } = await writeMetrics(await collectMetrics(), format);
      set.headers["content-type"] = contentType;
      set.headers["cache-control"] = "no-store";
      set.headers["vary"] = "accept";
      return text;
    },
    {
      anyone: true,
      failsWith: metricsToken === null ? [] : ["AUTHENTICATION_REQUIRED", "INVALID_TOKEN"],
      response: { 200: Type.String({ contentMediaType: "text/plain" }) },
      detail: {
        operationId: "getMetrics",
        tags: ["Health"],
        summary: "Get the metrics",
        description:
          "Returns the metrics of this replica in the text format of Prometheus, or of OpenMetrics if `Accept` names `application/openmetrics-text`. With `METRICS_TOKEN` it requires that token as a bearer token. docs/metrics.md lists the metrics.",
        ...(metricsToken === null ? {} : { security: [{ bearer: [] }] }),
      },
    },
  );
}

/** Throws `AUTHENTICATION_REQUIRED` without a bearer token and `INVALID_TOKEN` for another one. Digests are of equal length. */
function assertToken({ headers }: Request, expected: string): void {
  const token = readBearerToken(headers.get("authorization"));
  if (equalInConstantTime(sha256(token), sha256(expected))) return;
  throw new AppError("INVALID_TOKEN", "The token is not valid.");
}
