import type { Answer } from "../tests/support/http-call.ts";

/** The member of a JSON response at the end of a path, as text. */
export function textOf({ json }: Pick<Answer, "json">, ...path: readonly string[]): string {
  return String(path.reduce<unknown>((part, name) => Reflect.get(Object(part), name), json));
}
