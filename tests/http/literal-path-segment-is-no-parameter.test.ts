import { expect, test } from "bun:test";
import { Elysia } from "elysia";

import { closeNarrowerPaths } from "../../src/app/edge/narrower-paths.ts";
import { createRouteTable } from "../../src/app/edge/route-table.ts";
import type { HotRoute } from "../../src/platform/http/hot-route.ts";

const routes = new Elysia()
  .get("/users/:id/sessions", () => "theirs")
  .delete("/users/:id/sessions", ({ params }) => `ended ${params.id}`)
  .delete("/users/:id/sessions/:session", () => "one ended")
  .get("/users/me/sessions", () => "own")
  .get("/users/me/sessions/:session", () => "one own")
  .put("/users/:id/roles", ({ params }) => `roles of ${params.id}`)
  .post("/", () => "nothing");

const app = new Elysia()
  .onError(() => "not found")
  .use(routes)
  .use(closeNarrowerPaths(routes.routes));

const responseText = async (method: string, path: string) =>
  (await app.handle(new Request(`http://localhost${path}`, { method }))).text();

test("a method that a literal path does not support is not handled by a path with a parameter in its place", async () => {
  for (const [method, path, expected] of [
    ["GET", "/users/me/sessions", "own"],
    ["DELETE", "/users/me/sessions", "not found"],
    ["DELETE", "/users/me/sessions/", "not found"],
    ["GET", "/users/me/sessions/1", "one own"],
    ["DELETE", "/users/me/sessions/1", "not found"],
    ["GET", "/users/you/sessions", "theirs"],
    ["DELETE", "/users/you/sessions", "ended you"],
    ["DELETE", "/users/you/sessions/1", "one ended"],
    ["PUT", "/users/me/roles", "roles of me"],
    ["POST", "/", "nothing"],
  ] as const) {
    expect([method, path, await responseText(method, path)]).toEqual([method, path, expected]);
  }
});

test("a literal path lists only its own methods, in whatever order the routes are registered", () => {
  for (const ordered of [routes.routes, routes.routes.toReversed()]) {
    const { methodsOf: allowed } = createRouteTable([], ordered);
    expect(allowed("/users/me/sessions")).toEqual(["GET", "HEAD"]);
    expect(allowed("/users/you/sessions")).toEqual(["DELETE", "GET", "HEAD"]);
    expect(allowed("/users/me/sessions/1")).toEqual(["GET", "HEAD"]);
    expect(allowed("/users/me/roles")).toEqual(["PUT"]);
  }
});

test("a path has one hot route for each method", () => {
  const hotRoute = (method: "GET" | "POST"): HotRoute => ({
    method,
    path: "/hot",
    access: { kind: "anyone" },
    needsClientAddress: false,
    response: {},
    detail: {},
    result: "json",
    run: () => ({ method }),
  });
  const table = createRouteTable([hotRoute("GET"), hotRoute("POST")], routes.routes);
  const methods = ["GET", "HEAD", "POST", "PUT"];
  expect(methods.map((method) => table.findHotRoutes("/hot/")?.get(method)?.method)).toEqual([
    "GET",
    "GET",
    "POST",
    undefined,
  ]);
  expect(table.methodsOf("/hot")).toEqual(["GET", "HEAD", "POST"]);
  expect(() => createRouteTable([hotRoute("GET"), hotRoute("GET")], [])).toThrow(
    "two hot routes: GET /hot",
  );
});
