import type { UserActor } from "../../kernel/context.ts";

/**
 * What a route answers of a user of whom everything is remembered. A feature offers one beside its route where others ask at
 * each of their own requests.
 */
export type Shortcut = ShortcutQuestion & (ShortcutByText | ShortcutByHeaders);

interface ShortcutQuestion {
  readonly path: string;
  /** Where the answer depends on the query: only without one. It takes long to look for. */
  readonly isWithoutQuery?: true;
  /** The token in the text of a posted body, or null if it is not exactly that. Without this, a GET with a bearer is meant. */
  readonly tokenIn?: (body: string) => string | null;
}

/** The answer is a body, and never headers of its own as well: those would have to be kept together with its type. */
interface ShortcutByText {
  /** The JSON of what the route's handler would return. */
  readonly text: (actor: UserActor, now: Date) => string;
  readonly headers?: never;
}

/** The answer is headers, and its body empty. */
interface ShortcutByHeaders {
  readonly text?: never;
  /** What the handler would set; the same object for the same actor. */
  readonly headers: (actor: UserActor) => Readonly<Record<string, string>>;
}
