import type { Static, TSchema } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

import type { AnonymousActor, UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../platform.ts";
import type { DocumentedRoute } from "./documented-route.ts";
import type { EdenOperation } from "./eden-operation.ts";
import type { Exchange } from "./exchange.ts";
import type { Guard } from "./guard.ts";
import { type BodyKind, readBody } from "./read-body.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import { describeFaults } from "./validation-faults.ts";

/**
 * A route that other services call for each of their own requests. The framework's router, hooks and contexts are skipped for
 * it; everything else is the ordinary code: body reader, schemas, guard, error mapper.
 */
export type HotRoute = StatedRoute & (JsonRoute | HeadersRoute);

/** What a hot route states about itself; the router, the guard and the OpenAPI document are made from it. */
interface StatedRoute extends DocumentedRoute {
  readonly method: "GET" | "POST";
  readonly access: { readonly kind: "anyone" } | { readonly kind: "signedIn" };
}

/** Runs for a request whose method is the route's. Throws what the guard, the body reader and the handler throw. */
type Run<Value> = (
  exchange: Exchange,
  dependencies: HotRouteDependencies,
) => Value | Promise<Value>;

/** Answered with 200 and JSON. */
interface JsonRoute {
  readonly result: "json";
  readonly run: Run<object>;
}

/** Answered with 200, headers and no body. */
interface HeadersRoute {
  readonly result: "headers";
  readonly run: Run<Readonly<ResponseHeaders>>;
}

/** What running a hot route takes. */
export interface HotRouteDependencies {
  readonly guard: Guard;
  readonly bodyLimitBytes: number;
}

/** What a feature declares; `handle` gives the success. */
interface Declaration<Path extends string, Ctx, Body, Value> extends Omit<
  StatedRoute,
  "access" | "method" | "body" | "bodyKind" | "path"
> {
  readonly path: Path;
  readonly handle: (call: HotCall<Ctx, Body>) => Value | Promise<Value>;
}

/** A request as a hot route's handler sees it. */
export interface HotCall<Ctx, Body> {
  readonly ctx: Ctx;
  readonly request: Request;
  readonly body: Body;
}

/** A hot `GET` of signed-in users, answered with JSON. */
export function hotGetForUser<const Path extends string, Value extends object>(
  declaration: Declaration<Path, Context<UserActor>, null, Value>,
): HotRoute & EdenOperation<Path, "get", unknown, Value> {
  const { handle, ...stated } = declaration;
  return {
    ...stated,
    method: "GET",
    access: { kind: "signedIn" },
    result: "json",
    run(exchange, { guard }) {
      const { request } = exchange;
      const ctx = guard.admitUser(exchange);
      return ctx instanceof Promise
        ? ctx.then((admitted) => handle({ ctx: admitted, request, body: null }))
        : handle({ ctx, request, body: null });
    },
  };
}

/** A hot `GET` that anyone may call, answered with the headers that `handle` gives. */
export function hotGetOfHeaders<const Path extends string>(
  declaration: Declaration<Path, Context<AnonymousActor>, null, Readonly<ResponseHeaders>>,
): HotRoute & EdenOperation<Path, "get", unknown, void> {
  const { handle, ...stated } = declaration;
  return {
    ...stated,
    method: "GET",
    access: { kind: "anyone" },
    result: "headers",
    run: (exchange, { guard }) =>
      handle({ ctx: guard.admitAnyone(exchange), request: exchange.request, body: null }),
  };
}

/** A hot `POST` that anyone may call, with a body of this kind and schema, answered with JSON. */
export function hotPost<const Path extends string, Schema extends TSchema, Value extends object>(
  declaration: Declaration<Path, Context<AnonymousActor>, Static<Schema>, Value> & {
    readonly body: Schema;
    readonly bodyKind: BodyKind;
  },
): HotRoute & EdenOperation<Path, "post", Static<Schema>, Value> {
  const { handle, ...stated } = declaration;
  const check = TypeCompiler.Compile(stated.body);
  return {
    ...stated,
    method: "POST",
    access: { kind: "anyone" },
    result: "json",
    async run(exchange, { guard, bodyLimitBytes }) {
      const { request } = exchange;
      const body = await readBody(request, stated.bodyKind, bodyLimitBytes);
      if (!check.Check(body)) {
        throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
          faults: describeFaults("body", check, body),
        });
      }
      return handle({ ctx: guard.admitAnyone(exchange), request, body });
    },
  };
}
