import type { UserActor } from "../../kernel/context.ts";

/** A changed object, for a response. */
export interface ChangedView<T, K extends keyof T> {
  /** The whole object. */
  readonly view: T;
  /** The permission that is needed to read it. */
  readonly reading: string;
  /** The field by which the request named it. */
  readonly key: K;
  /** The fields that the request wrote, by the names of the view. */
  readonly written: readonly string[];
}

/**
 * The response to a change: the whole object for an actor who may read it, else only what the request had. An actor who may
 * write but not read must not read by writing.
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
