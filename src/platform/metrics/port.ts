/** What a metric is called and what it means. Names follow the conventions of Prometheus: base units, `_total` for counters. */
export interface MetricDefinition {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** The names of its labels, in the order of a sample's values. */
  readonly labels: readonly string[];
  readonly help: string;
}

/** The values of the labels, in the order of their names. */
export type LabelValues = readonly string[];

/** One value of a counter or gauge. */
export interface Sample {
  readonly labels: LabelValues;
  readonly value: number;
}

/** The observations of one series of a histogram. */
export interface Distribution {
  readonly labels: LabelValues;
  /** The upper bounds of the buckets, in the unit of the metric. */
  readonly bounds: readonly number[];
  /** The number of observations in each bucket, not cumulated. There is one bucket more than bounds. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

/** A metric with its present values. */
export interface MetricFamily {
  readonly definition: MetricDefinition;
  readonly samples: readonly Sample[];
  /** Of a histogram, which has no samples. */
  readonly distributions?: readonly Distribution[];
}

/** The ways to sign in. */
export type SignInMethod = "password" | "mail" | "social" | "passkey" | "second-factor";

/** How an attempt to sign in ended. */
export type SignInOutcome =
  | "success"
  | "second_factor_required"
  | "unverified"
  | "refused"
  | "limited"
  | "error";

/** What the service counts while it runs, in memory. The numbers are those of this process since its start. */
export interface ServiceCounts {
  countSignIn(method: SignInMethod, outcome: SignInOutcome): void;
  /** `limit` is the name of the limit that kept a request from being served. */
  countLimitHit(limit: string): void;
  /** How much later than planned the event loop ran a timer. */
  observeEventLoopLag(seconds: number): void;
  read(): CountedValues;
}

/** The counts so far. */
export interface CountedValues {
  /** By method and outcome. */
  readonly signIns: readonly Sample[];
  /** By the name of the limit. */
  readonly limitHits: readonly Sample[];
  readonly eventLoopLag: Distribution;
}
