import type { BodyKind } from "./read-body.ts";

/** Who may call an operation of the API: everyone, every signed-in user, or users with a permission. */
export type OperationAccess =
  | { readonly kind: "anyone" }
  | { readonly kind: "signedIn" }
  | { readonly kind: "permission"; readonly permission: string };

/** Who may call a route: as an operation, or a page that everyone may open, or one that needs a browser session. */
export type Access = OperationAccess | { readonly kind: "page" } | { readonly kind: "accountPage" };

/** Whether a route is an operation of the API, and no page. */
export function isOperation(access: Access): access is OperationAccess {
  return access.kind !== "page" && access.kind !== "accountPage";
}

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
  const guards = ["transform", "resolve", "beforeHandle"].flatMap((name) => hooksAt(hooks, name));
  const [access = null, ...others] = marksOf(guards, accessOfGuard);
  if (others.length > 0) throw new Error("a route states its access more than once");
  return access;
}

/** The kind of body that a route's parser reads, or null where a parser other than the kit's, or none, would read it. */
export function findBodyKind(hooks: object): BodyKind | null {
  const parsers = hooksAt(hooks, "parse");
  const [kind = null] = marksOf(parsers, kindOfReader);
  return parsers.length === 1 ? kind : null;
}

/** Elysia keeps one hook of a name alone, and several in a list. */
function hooksAt(hooks: object, name: string): readonly unknown[] {
  const found: unknown = Reflect.get(hooks, name);
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

/** The marks of hooks, each of which is a function or has one as `fn`. A parser may also be a name, which has no mark. */
function marksOf<Mark>(hooks: readonly unknown[], marks: WeakMap<object, Mark>): Mark[] {
  return hooks.flatMap((hook) => {
    const run: unknown = typeof hook === "object" && hook !== null ? Reflect.get(hook, "fn") : hook;
    return typeof run === "function" ? (marks.get(run) ?? []) : [];
  });
}
