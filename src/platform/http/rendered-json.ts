import { success } from "./envelope.ts";

const renderedText = Symbol("rendered JSON");

/** A success body as it will be sent, in the place of the object that it says. */
type Success<T> = ReturnType<typeof success<T>>;

/** Answers about subjects that are remembered. */
export interface RenderedAnswers<S, T> {
  /** What a route's handler returns. */
  of(subject: S, now: Date): Success<T>;
  /** The same as the text that is sent. */
  textOf(subject: S, now: Date): string;
}

/**
 * Makes answers about subjects that are remembered and asked for again and again: a subject's `data` is rendered once, and
 * goes with the subject. Only for routes with a `uncheckedSuccessSchema`: there is no object to compare with a schema.
 */
export function renderOnce<S extends object, T>(view: (subject: S) => T): RenderedAnswers<S, T> {
  const rendered = new WeakMap<S, string>();

  function render(subject: S): string {
    const json = JSON.stringify(success(view(subject), new Date(0)));
    const beginning = json.slice(0, json.lastIndexOf('"timestamp"'));
    rendered.set(subject, beginning);
    return beginning;
  }

  function textOf(subject: S, now: Date): string {
    return `${rendered.get(subject) ?? render(subject)}"timestamp":"${timestampOf(now)}"}`;
  }

  return {
    textOf,
    of: (subject, now) => asSuccess({ [renderedText]: textOf(subject, now) }),
  };
}

let lastMoment = Number.NaN;
let lastTimestamp = "";

/** Under load many answers are of the same millisecond. */
function timestampOf(now: Date): string {
  const timestamp = now.getTime();
  if (timestamp !== lastMoment) {
    lastMoment = timestamp;
    lastTimestamp = now.toISOString();
  }
  return lastTimestamp;
}

/** The JSON of a value that is to be sent. */
export function jsonOf(value: object): string {
  const { [renderedText]: rendered }: { [renderedText]?: string } = value;
  return rendered ?? JSON.stringify(value);
}

function asSuccess<T>(value: object): Success<T> {
  return value as Success<T>;
}
