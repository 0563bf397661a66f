/** Runs a statement with this text, and observes how long it takes. */
export type TraceStatement = <T>(text: string, run: () => Promise<T>) => Promise<T>;
