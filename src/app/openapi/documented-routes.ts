import { Kind, type TSchema } from "@sinclair/typebox";
import type { AnyElysia } from "elysia";

import type { ErrorCode } from "../../kernel/errors.ts";
import type { DocumentedRoute, OperationDetail } from "../../platform/http/documented-route.ts";
import { findAccess, findBodyKind, isOperation } from "../../platform/http/route-marks.ts";

/** The documented routes of an Elysia app: all but pages and those with `detail.hide`. Throws for a route without an access. */
export function documentedRoutes({ routes }: Pick<AnyElysia, "routes">): DocumentedRoute[] {
  const served: readonly ServedRoute[] = routes;
  return served
    .filter(({ hooks }) => hooks.detail?.hide !== true)
    .flatMap(({ method, path, hooks }) => {
      const access = findAccess(hooks);
      if (!access) throw new Error(`${method} ${path} does not state its access.`);
      if (!isOperation(access)) return [];
      const { "x-fails-with": failsWith, ...detail } = hooks.detail ?? {};
      const route: DocumentedRoute = {
        method,
        path,
        access,
        body: hooks.body,
        bodyKind: findBodyKind(hooks) ?? undefined,
        params: hooks.params,
        query: hooks.query,
        failsWith,
        response: responsesOf(hooks.response),
        detail,
      };
      return [route];
    });
}

/** A route as Elysia lists it, with the members that the document reads. */
interface ServedRoute {
  readonly method: string;
  readonly path: string;
  readonly hooks: {
    readonly body?: TSchema;
    readonly params?: TSchema;
    readonly query?: TSchema;
    readonly response?: TSchema | Readonly<Record<number, TSchema>>;
    readonly detail?: OperationDetail & {
      readonly hide?: boolean;
      readonly "x-fails-with"?: readonly ErrorCode[];
    };
  };
}

/** By status: a schema without one is that of 200. */
function responsesOf(
  response: TSchema | Readonly<Record<number, TSchema>> | undefined,
): Readonly<Record<number, TSchema>> {
  if (response === undefined) return {};
  return Kind in response ? { 200: response } : response;
}
