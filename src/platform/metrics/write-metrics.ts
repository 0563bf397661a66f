import type { Metric, RegistryContentType } from "prom-client";

import type { Distribution, LabelValues, MetricDefinition, MetricFamily } from "./port.ts";

/** The text formats of an exposition. */
export type MetricsFormat = "prometheus" | "openmetrics";

/** Metrics as text, with its media type. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

/** A value as `prom-client` writes it. */
interface WrittenValue {
  readonly metricName: string;
  readonly labels: Record<string, string | number>;
  readonly value: number;
}

/**
 * Writes the families in the text format of Prometheus (0.0.4) or of OpenMetrics (1.0.0). The package is loaded at the first
 * call: it is no part of the start.
 */
export async function writeMetrics(
  families: readonly MetricFamily[],
  format: MetricsFormat,
): Promise<Exposition> {
  const { Registry } = await import("prom-client");
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(
    format === "openmetrics" ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE,
  );
  for (const family of families) registry.registerMetric(asMetric(toMetric(family, format)));
  return { contentType: registry.contentType, text: await registry.metrics() };
}

/** The format that an `Accept` header asks for. Without the media type of OpenMetrics it is that of Prometheus. */
export function chooseFormat(accept: string | null): MetricsFormat {
  return accept?.includes("application/openmetrics-text") === true ? "openmetrics" : "prometheus";
}

function toMetric(
  { definition, samples, distributions = [] }: MetricFamily,
  format: MetricsFormat,
) {
  const { name, help, type } = definition;
  // The registry itself adds `_total` to the counters of OpenMetrics.
  const valueName =
    format === "openmetrics" && type === "counter" ? name.replace(/_total$/, "") : name;
  const values: WrittenValue[] = [
    ...samples.map(({ labels, value }) => ({
      metricName: valueName,
      labels: named(definition, labels),
      value,
    })),
    ...distributions.flatMap((distribution) => valuesOf(definition, distribution)),
  ];
  return {
    name,
    help,
    type,
    values,
    aggregator: "sum",
    get() {
      return Promise.resolve(this);
    },
  };
}

function valuesOf(definition: MetricDefinition, distribution: Distribution): WrittenValue[] {
  const { bounds, counts, sum } = distribution;
  const labels = named(definition, distribution.labels);
  let cumulated = 0;
  const buckets = [...bounds, "+Inf"].map((le, bucket) => {
    cumulated += counts[bucket] ?? 0;
    return { metricName: `${definition.name}_bucket`, labels: { le, ...labels }, value: cumulated };
  });
  return [
    ...buckets,
    { metricName: `${definition.name}_sum`, labels, value: sum },
    { metricName: `${definition.name}_count`, labels, value: cumulated },
  ];
}

function named({ labels }: MetricDefinition, values: LabelValues): Record<string, string> {
  return Object.fromEntries(labels.map((name, index) => [name, values[index] ?? ""]));
}

/** A registry calls `get` of each metric. Its type names classes, whose values only their own methods can set. */
function asMetric(metric: ReturnType<typeof toMetric>): Metric {
  return metric as unknown as Metric;
}
