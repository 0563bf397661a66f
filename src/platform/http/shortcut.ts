import type { UserActor } from "../../kernel/context.ts";

/**
 * What a route answers of a user of whom everything is remembered. A feature offers one beside its route where others ask at
 * each of their own requests.
 */
export interface Shortcut {
  readonly path: string;
  /** The token in the text of a posted body, or null if it is not exactly that. Without this, a GET with a bearer is meant. */
  readonly tokenIn?: (body: string) => string | null;
  /** What the route's handler would return; without this the body is empty. */
  readonly body?: (actor: UserActor, now: Date) => object;
  /** What it would set; the same object for the same actor. */
  readonly headers?: (actor: UserActor) => Readonly<Record<string, string>>;
}
