import type { BodyKind } from "./read-body.ts";

/** Who may call an operation: everyone, every signed-in user, or users with a permission. */
export type Access =
  | { readonly kind: "anyone" }
  | { readonly kind: "signedIn" }
  | { readonly kind: "permission"; readonly permission: string };

// A mark is an entry for the function that does the work, not a member of the route: a route cannot have the mark without
// running the guard, whatever it writes in its `detail`. Only the route kit calls the two functions that add entries.
const accessOfGuard = new WeakMap<object, Access>();
const kindOfReader = new WeakMap<object, BodyKind>();

/** Marks a guard with the access that it enforces, and returns it. For the route kit alone. */
export function markGuard<Guard extends object>(access: Access, guard: Guard): Guard {
  accessOfGuard.set(guard, access);
  return guard;
}

/** Marks a body parser with the kind of body that it reads, and returns it. For the route kit alone. */
export function markReader<Reader extends object>(kind: BodyKind, reader: Reader): Reader {
  kindOfReader.set(reader, kind);
  return reader;
}

/** The access that a route's guard enforces, or null without a guard of the kit. Throws where there are several guards. */
export function findAccess(hooks: object): Access | null {
  const guards = [
    ...functionsAt(hooks, "transform"),
    ...functionsAt(hooks, "resolve"),
    ...functionsAt(hooks, "beforeHandle"),
  ];
  const [access = null, ...others] = marksOf(guards, accessOfGuard);
  if (others.length > 0) throw new Error("a route states its access more than once");
  return access;
}

/** The kind of body that a route's parser reads, or null where a parser other than the kit's, or none, would read it. */
export function findBodyKind(hooks: object): BodyKind | null {
  const parsers = functionsAt(hooks, "parse");
  const [kind = null] = marksOf(parsers, kindOfReader);
  return parsers.length === 1 ? kind : null;
}

function marksOf<Mark>(functions: readonly object[], marks: WeakMap<object, Mark>): Mark[] {
  return functions.flatMap((each) => marks.get(each) ?? []);
}

/** Elysia keeps a hook as a function, or in a container; one alone or in a list. A parser's name stands for itself. */
function functionsAt(hooks: object, name: string): object[] {
  const value: unknown = Reflect.get(hooks, name);
  const hooksOfName: readonly unknown[] = Array.isArray(value) ? value : [value];
  return hooksOfName
    .filter((hook) => hook !== undefined)
    .map((hook) => {
      const object: object = Object(hook);
      const inner: unknown = Reflect.get(object, "fn");
      return Object(inner ?? object);
    });
}
