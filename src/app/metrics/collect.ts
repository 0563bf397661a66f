import type { TokenCacheLoad } from "../../features/access/index.ts";
import { commit, version } from "../../kernel/version.ts";
import type {
  Distribution,
  LabelValues,
  MetricDefinition,
  MetricFamily,
  Sample,
} from "../../platform/metrics/port.ts";
import type { TraceLoad } from "../../platform/tracing/port.ts";
import type { Platform } from "../../platform/platform.ts";
import {
  latencyBoundsMilliseconds,
  type RequestMetrics,
  type RequestSeries,
} from "../edge/request-metrics.ts";
import { metrics } from "./catalogue.ts";
import type { Backlog } from "./read-backlogs.ts";

/** Where the values of a scrape are read. */
export interface MetricSources {
  readonly platform: Pick<
    Platform,
    "changes" | "clock" | "counts" | "hasher" | "keyRing" | "settings" | "statementLoad" | "tracing"
  >;
  readonly requests: Pick<RequestMetrics, "series">;
  readonly tokenCacheLoad: () => TokenCacheLoad;
  readonly readBacklogs: () => Promise<readonly Backlog[] | null>;
  /** The start of the process. It must be the same at every scrape. */
  readonly startedAt: Date;
}

/** The values of all metrics now. Without the database those that need it have none. */
export async function collect(sources: MetricSources): Promise<readonly MetricFamily[]> {
  const { platform, requests } = sources;
  const backlogs = await sources.readBacklogs();
  const now = platform.clock.now();
  return [
    ...requestFamilies(requests.series()),
    ...countedFamilies(platform.counts.read()),
    ...hashingFamilies(platform.hasher.load()),
    ...databaseFamilies(platform, backlogs !== null),
    ...cacheFamilies(sources.tokenCacheLoad(), platform.settings.tokenCacheSizeBytes),
    ...backlogFamilies(backlogs ?? [], now),
    traceFamily(platform.tracing?.load() ?? { exported: 0, dropped: 0 }),
    ...processFamilies(platform.keyRing.currentSince(), sources.startedAt, now),
  ];
}

function requestFamilies(series: readonly Readonly<RequestSeries>[]): MetricFamily[] {
  const byRoute = Map.groupBy(series, ({ method, route }) => `${method} ${route}`);
  const distributions = [...byRoute.values()].map((ofRoute): Distribution => {
    const [{ method, route } = { method: "", route: null }] = ofRoute;
    const counts = new Float64Array(latencyBoundsMilliseconds.length + 1);
    for (const { buckets } of ofRoute) {
      for (const [bucket, count] of buckets.entries())
        counts[bucket] = (counts[bucket] ?? 0) + count;
    }
    return {
      labels: [method, labelOf(route)],
      bounds: latencyBoundsMilliseconds.map((bound) => bound / 1000),
      counts,
      sum: ofRoute.reduce((sum, { sumMilliseconds }) => sum + sumMilliseconds, 0) / 1000,
    };
  });
  const samples = series.map(({ method, route, status, count }) =>
    sample(count, method, labelOf(route), String(status)),
  );
  return [
    family(metrics.requests, samples),
    { ...family(metrics.requestDuration, []), distributions },
  ];
}

/** All paths without a route have one label. */
function labelOf(route: string | null): string {
  return route ?? "none";
}

function countedFamilies(counted: ReturnType<Platform["counts"]["read"]>): MetricFamily[] {
  return [
    family(metrics.signIns, counted.signIns),
    family(metrics.limitHits, counted.limitHits),
    { ...family(metrics.eventLoopLag, []), distributions: [counted.eventLoopLag] },
  ];
}

function hashingFamilies(load: ReturnType<Platform["hasher"]["load"]>): MetricFamily[] {
  const lanes = Object.entries(load);
  return [
    family(
      metrics.hashingRunning,
      lanes.map(([lane, { running }]) => sample(running, lane)),
    ),
    family(
      metrics.hashingWaiting,
      lanes.map(([lane, { waiting }]) => sample(waiting, lane)),
    ),
    family(
      metrics.hashingRefused,
      lanes.map(([lane, { refused }]) => sample(refused, lane)),
    ),
  ];
}

function databaseFamilies(
  { statementLoad, changes }: MetricSources["platform"],
  isUp: boolean,
): MetricFamily[] {
  const { running, waiting, limit, sent, unavailable } = statementLoad();
  return [
    single(metrics.statementsRunning, running),
    single(metrics.statementsWaiting, waiting),
    single(metrics.statementsLimit, limit),
    single(metrics.statements, sent),
    single(metrics.statementsUnavailable, unavailable),
    single(metrics.databaseUp, Number(isUp)),
    single(metrics.changeFeedLive, Number(changes.isListening())),
  ];
}

function cacheFamilies(load: TokenCacheLoad, limitBytes: number): MetricFamily[] {
  return [
    single(metrics.cacheTokens, load.tokens),
    single(metrics.cacheBytes, load.bytes),
    single(metrics.cacheLimitBytes, limitBytes),
    family(metrics.cacheLookups, [sample(load.hits, "hit"), sample(load.misses, "miss")]),
  ];
}

function backlogFamilies(backlogs: readonly Backlog[], now: Date): MetricFamily[] {
  const of = (queue: Backlog["queue"]) => backlogs.filter((backlog) => backlog.queue === queue);
  const ageOf = ({ oldestAt }: Backlog) => (oldestAt === null ? 0 : ageSeconds(oldestAt, now));
  const counts = (queue: Backlog["queue"]) =>
    of(queue).flatMap(({ name, waiting, dead }) => [
      sample(waiting, name, "waiting"),
      sample(dead, name, "dead"),
    ]);
  const ages = (queue: Backlog["queue"]) =>
    of(queue).map((backlog) => sample(ageOf(backlog), backlog.name));
  const audit = of("audit");
  return [
    family(metrics.outboxMessages, counts("outbox")),
    family(metrics.outboxOldest, ages("outbox")),
    family(metrics.eventDeliveries, counts("events")),
    family(metrics.eventOldest, ages("events")),
    family(
      metrics.auditUnsealed,
      audit.map(({ waiting }) => sample(waiting)),
    ),
    family(
      metrics.auditLag,
      audit.map((backlog) => sample(ageOf(backlog))),
    ),
  ];
}

function traceFamily({ exported, dropped }: TraceLoad): MetricFamily {
  return family(metrics.traceSpans, [sample(exported, "exported"), sample(dropped, "dropped")]);
}

function processFamilies(keySince: Date | null, startedAt: Date, now: Date): MetricFamily[] {
  const { user, system } = process.cpuUsage();
  return [
    family(metrics.keyAge, keySince === null ? [] : [sample(ageSeconds(keySince, now))]),
    family(metrics.buildInfo, [sample(1, version, commit ?? "")]),
    single(metrics.processCpu, (user + system) / 1e6),
    single(metrics.processMemory, process.memoryUsage.rss()),
    single(metrics.processStart, startedAt.getTime() / 1000),
  ];
}

/** Not negative: the clock of the database or of another replica may be ahead. */
function ageSeconds(since: Date, now: Date): number {
  return Math.max(0, (now.getTime() - since.getTime()) / 1000);
}

function single(definition: MetricDefinition, value: number): MetricFamily {
  return family(definition, [sample(value)]);
}

function sample(value: number, ...labels: LabelValues): Sample {
  return { labels, value };
}

function family(definition: MetricDefinition, samples: readonly Sample[]): MetricFamily {
  return { definition, samples };
}
