import type { CreateEden } from "elysia/types";

/** The type of one operation for Eden, in the place of the type that Elysia infers for a route of its own. No value has it. */
export interface EdenOperation<Path extends string, Method extends string, Body, Success> {
  readonly "~Eden"?: CreateEden<Path, Record<Method, Operation<Body, Success>>>;
}

interface Operation<Body, Success> {
  readonly body: Body;
  readonly params: {};
  readonly query: unknown;
  readonly headers: unknown;
  readonly response: { readonly 200: Success; readonly 401: unknown };
}

/** The operations of several hot routes as one tree, such as `{api: {v1: {users: {me: {get: …}}}}}`. */
export type EdenTree<Route extends { readonly "~Eden"?: unknown }> = Intersection<
  NonNullable<Route["~Eden"]>
>;

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;
