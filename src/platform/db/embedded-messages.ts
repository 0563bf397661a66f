/** A statement's parameters, as Drizzle has encoded them. */
export type Parameters = readonly unknown[];

/** How a statement's rows are returned: as objects by column, or as arrays in the order of the columns. */
export type RowMode = "object" | "array";

/** What the main thread asks of the engine's thread, which sends one reply to each. The next one is sent after the reply. */
export type EngineRequest =
  | { readonly kind: "start"; readonly directory: string; readonly module: WebAssembly.Module }
  | {
      readonly kind: "query";
      readonly text: string;
      readonly parameters: Parameters;
      readonly rowMode: RowMode;
    }
  | { readonly kind: "execute"; readonly text: string }
  | { readonly kind: "listen"; readonly channel: string }
  | { readonly kind: "close" };

/** The result of a statement that returns rows, or the number of rows that it changed. */
export interface QueryResult<Row = unknown> {
  readonly rows: Row[];
  readonly affectedRows?: number;
}

/** Where another thread sets the engine's variables that cancel a statement. */
export interface Interrupts {
  readonly memory: SharedArrayBuffer;
  readonly interruptPending: number;
  readonly queryCancelPending: number;
}

/** A failed request. The fields are those of Postgres's error; null for an error of another kind. */
export interface EngineFault {
  readonly message: string;
  readonly code: string | null;
  readonly constraint: string | null;
  readonly table: string | null;
}

/** What of an error can be sent. */
export function describeFault(error: unknown): EngineFault {
  const textOf = (name: string): string | null => {
    const value: unknown = error instanceof Error ? Reflect.get(error, name) : null;
    return typeof value === "string" ? value : null;
  };
  return {
    message: textOf("message") ?? "unknown error",
    code: textOf("code"),
    constraint: textOf("constraint"),
    table: textOf("table"),
  };
}

/** What the engine's thread sends. A notification is no reply; it precedes the reply to the statement that sent it. */
export type EngineMessage =
  | { readonly kind: "started"; readonly interrupts: Interrupts }
  | { readonly kind: "result"; readonly result: QueryResult }
  | { readonly kind: "failure"; readonly fault: EngineFault }
  | { readonly kind: "notification"; readonly channel: string; readonly payload: string }
  | { readonly kind: "panic"; readonly reason: string };
