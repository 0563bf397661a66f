import type { Static, TSchema } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

import type { AnonymousActor, UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../platform.ts";
import type { DocumentedRoute } from "./documented-route.ts";
import type { EdenOperation } from "./eden-operation.ts";
import type { Exchange, ResponseHeaders } from "./exchange.ts";
import type { Guard } from "./guard.ts";
import { type BodyKind, readBody } from "./read-body.ts";
import { describeFaults } from "./validation-faults.ts";

/**
 * A route that other services call for each of their own requests. The framework's router, hooks and contexts are skipped for
 * it; everything else is the ordinary code: body reader, schemas, guard, error mapper.
 */
export type HotRoute = DeclaredRoute & (JsonRoute | HeadersRoute);

/** The declared properties of a hot route, from which the router, the guard and the OpenAPI document are made. */
interface DeclaredRoute extends DocumentedRoute {
  readonly method: "GET" | "POST";
  readonly access: { readonly kind: "anyone" } | { readonly kind: "signedIn" };
  /**
   * Whether it writes audit rows or counts towards limits. Then the client address is read before the body is awaited, since a
   * connection that was reset has none, and a request without one is rejected. Reading it is a system call.
   */
  readonly needsClientAddress: boolean;
}

/** Runs for a request whose method is the route's. Throws what the guard, the body reader and the handler throw. */
type Run<Value> = (
  exchange: Exchange,
  dependencies: HotRouteDependencies,
) => Value | Promise<Value>;

/** Responds with 200 and JSON: an object, or its JSON text. */
interface JsonRoute {
  readonly result: "json";
  readonly run: Run<object | string>;
}

/** Responds with 200, headers and no body. */
interface HeadersRoute {
  readonly result: "headers";
  readonly run: Run<Readonly<ResponseHeaders>>;
}

/** What a hot route needs in order to run. */
export interface HotRouteDependencies {
  readonly guard: Guard;
  readonly bodyLimitBytes: number;
}

/** What a feature declares; `handle` returns the body or headers of the success response. */
interface Declaration<Path extends string, Ctx, Body, Value> extends Omit<
  DeclaredRoute,
  "access" | "method" | "body" | "bodyKind" | "path" | "needsClientAddress"
> {
  readonly path: Path;
  readonly handle: (call: HotCall<Ctx, Body>) => Value | Promise<Value>;
}

/** A declaration whose success is JSON of this schema. */
type JsonDeclaration<Path extends string, Ctx, Body, Success extends TSchema> = Declaration<
  Path,
  Ctx,
  Body,
  object | string
> & { readonly response: { readonly 200: Success } };

/** A request as a hot route's handler sees it. */
export interface HotCall<Ctx, Body> {
  readonly ctx: Ctx;
  readonly exchange: Exchange;
  readonly body: Body;
}

/** A hot `GET` for signed-in users that responds with JSON. */
export function hotGetForUser<const Path extends string, Success extends TSchema>(
  declaration: JsonDeclaration<Path, Context<UserActor>, null, Success>,
): HotRoute & EdenOperation<Path, "get", unknown, Static<Success>> {
  const { handle, ...declared } = declaration;
  return {
    ...declared,
    method: "GET",
    access: { kind: "signedIn" },
    needsClientAddress: false,
    result: "json",
    run(exchange, { guard }) {
      const ctx = guard.admitUser(exchange);
      return ctx instanceof Promise
        ? ctx.then((admitted) => handle({ ctx: admitted, exchange, body: null }))
        : handle({ ctx, exchange, body: null });
    },
  };
}

/** A hot `GET` that anyone may call and that responds with JSON: the handler itself authenticates. */
export function hotGet<const Path extends string, Success extends TSchema>(
  declaration: JsonDeclaration<Path, Context<AnonymousActor>, null, Success>,
): HotRoute & EdenOperation<Path, "get", unknown, Static<Success>> {
  const { handle, ...declared } = declaration;
  return {
    ...declared,
    method: "GET",
    access: { kind: "anyone" },
    needsClientAddress: false,
    result: "json",
    run: (exchange, { guard }) =>
      handle({ ctx: guard.admitAnyone(exchange), exchange, body: null }),
  };
}

/** A hot `GET` that anyone may call and that responds with the headers that `handle` returns. */
export function hotGetOfHeaders<const Path extends string>(
  declaration: Declaration<Path, Context<AnonymousActor>, null, Readonly<ResponseHeaders>>,
): HotRoute & EdenOperation<Path, "get", unknown, void> {
  const { handle, ...declared } = declaration;
  return {
    ...declared,
    method: "GET",
    access: { kind: "anyone" },
    needsClientAddress: false,
    result: "headers",
    run: (exchange, { guard }) =>
      handle({ ctx: guard.admitAnyone(exchange), exchange, body: null }),
  };
}

/** A hot `POST` that anyone may call, with a body of this kind and schema, and that responds with JSON. */
export function hotPost<const Path extends string, Schema extends TSchema, Success extends TSchema>(
  declaration: JsonDeclaration<Path, Context<AnonymousActor>, Static<Schema>, Success> & {
    readonly body: Schema;
    readonly bodyKind: BodyKind;
    readonly needsClientAddress: boolean;
  },
): HotRoute & EdenOperation<Path, "post", Static<Schema>, Static<Success>> {
  const { handle, ...declared } = declaration;
  const check = TypeCompiler.Compile(declared.body);
  return {
    ...declared,
    method: "POST",
    access: { kind: "anyone" },
    result: "json",
    run(exchange, { guard, bodyLimitBytes }) {
      const use = (body: unknown) => {
        if (!check.Check(body)) {
          throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
            faults: describeFaults("body", check, body),
          });
        }
        return handle({ ctx: guard.admitAnyone(exchange), exchange, body });
      };
      const body = readBody(exchange.request, {
        kind: declared.bodyKind,
        decoding: "quick",
        limitBytes: bodyLimitBytes,
      });
      return body instanceof Promise ? body.then(use) : use(body);
    },
  };
}
