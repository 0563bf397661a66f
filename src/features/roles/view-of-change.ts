import type { UserActor } from "../../kernel/context.ts";

/** What was changed, as answers show it. */
export interface ChangedView<T, K extends keyof T> {
  /** All of it. */
  readonly view: T;
  /** The permission that lets one see all of it. */
  readonly reading: string;
  /** By what the caller has named it. */
  readonly key: K;
  /** What the caller has written, by the names of the view. */
  readonly written: readonly string[];
}

/**
 * What a change is answered with: all of it to who may see it, else what the caller knows already. Whoever may write and not
 * read must not read by writing.
 */
export function viewOfChange<T extends object, K extends keyof T>(
  { permissions }: UserActor,
  { view, reading, key, written }: ChangedView<T, K>,
): Partial<T> & Pick<T, K> {
  if (permissions.includes(reading)) return view;
  const shown = Object.entries(view).filter(([name]) => name === key || written.includes(name));
  return asShown<T, K>(Object.fromEntries(shown));
}

function asShown<T, K extends keyof T>(members: object): Partial<T> & Pick<T, K> {
  return members as Partial<T> & Pick<T, K>;
}
