/** What an error of the Kafka client says. */
export interface KafkaFailure {
  /** One line that says why, without credentials. */
  readonly reason: string;
  /** Not null where Kafka refuses an event and not everything: `dead` for one that is too large, `failed` for another cause. */
  readonly refusal: "dead" | "failed" | null;
  /** The partitions whose events Kafka has taken all the same. */
  readonly takenPartitions: ReadonlySet<number>;
}

/** Kafka's errors about a record or a batch; all others concern the connection, the cluster or the topic. */
const refusals: ReadonlyMap<string, "dead" | "failed"> = new Map([
  ["MESSAGE_TOO_LARGE", "dead"],
  ["RECORD_LIST_TOO_LARGE", "dead"],
  ["INVALID_RECORD", "failed"],
  ["INVALID_TIMESTAMP", "failed"],
]);

/** Reads an error, which may contain those of several brokers and several attempts. */
export function describeKafkaFailure(error: unknown): KafkaFailure {
  const parts = partsOf(error);
  const answers = parts.flatMap((part) => {
    const name = field(part, "apiId");
    return typeof name === "string" ? [{ name, message: messageOf(part) }] : [];
  });
  const refused = answers.find(({ name }) => refusals.has(name));
  const answer = refused ?? answers.at(-1);
  const reason = answer
    ? `Kafka answers ${answer.name}: ${answer.message}`
    : messageOf(parts.at(-1));
  return {
    reason: reason.replaceAll(/\p{Cc}+/gu, " ").slice(0, 300),
    refusal: refused ? (refusals.get(refused.name) ?? null) : null,
    takenPartitions: new Set(parts.flatMap(takenIn)),
  };
}

/** An error, those that it contains and its causes; the innermost of the last attempt is the last. */
function partsOf(error: unknown): readonly unknown[] {
  if (typeof error !== "object" || error === null) return [];
  const inner = [...list(field(error, "errors")), field(error, "cause")];
  return [error, ...inner.flatMap(partsOf)];
}

/** The partitions of the leaders that took everything, and of a leader that took a part. */
function takenIn(part: unknown): number[] {
  const complete = list(field(field(part, "produced"), "offsets"));
  const answers = list(field(field(part, "response"), "responses"))
    .flatMap((answer) => list(field(answer, "partitionResponses")))
    .filter((answer) => field(answer, "errorCode") === 0);
  return [
    ...complete.map((taken) => field(taken, "partition")),
    ...answers.map((taken) => field(taken, "index")),
  ].filter((partition) => typeof partition === "number");
}

function messageOf(part: unknown): string {
  const message = field(part, "message");
  return typeof message === "string" && message !== "" ? message : "no reason";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
