import type { Sql } from "postgres";

import { asClient } from "./drizzle-internals.ts";
import type { RenewedClient } from "./renewed-client.ts";
import type { StatementGate, WaitBudget } from "./statement-gate.ts";
import type { TraceStatement } from "./trace-statement.ts";

/** Drizzle writes its parsers here; they are not read, since the parsers of each client are set when it connects. */
const drizzleOptions = { parsers: {}, serializers: {} };

/** A pool, what limits its statements, and what observes them. */
export interface GatedPool {
  readonly pool: RenewedClient;
  readonly gate: StatementGate;
  readonly traceStatement: TraceStatement | undefined;
}

/** The client as Drizzle sees it: every statement goes through the gate. One with parameters is prepared once per connection. */
export function gatedClient({ pool, gate, traceStatement }: GatedPool, budget?: WaitBudget): Sql {
  const unsafe = (query: string, parameters: never[]) => {
    const send = (client: Sql) => client.unsafe(query, parameters, { prepare: true });
    const run = <T>(work: () => Promise<T>): Promise<T> =>
      traceStatement === undefined
        ? gate.run(work, budget)
        : traceStatement(query, () => gate.run(work, budget));
    return {
      // oxlint-disable-next-line unicorn/no-thenable -- Drizzle awaits the query object itself
      then: (...handlers: Parameters<Promise<unknown>["then"]>) =>
        run(() => pool.send(send)).then(...handlers),
      values: () => run(() => pool.send((client) => send(client).values())),
    };
  };
  return asClient({ unsafe, options: drizzleOptions });
}
