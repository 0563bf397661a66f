import { expect, test } from "bun:test";
import { Elysia } from "elysia";

import { closeNarrowerPaths } from "../../src/app/edge/narrower-paths.ts";
import { createRouteTable } from "../../src/app/edge/route-table.ts";

const routes = new Elysia()
  .get("/users/:id/sessions", () => "theirs")
  .delete("/users/:id/sessions", ({ params }) => `ended ${params.id}`)
  .delete("/users/:id/sessions/:session", () => "one ended")
  .get("/users/me/sessions", () => "own")
  .get("/users/me/sessions/:session", () => "one of one's own")
  .put("/users/:id/roles", ({ params }) => `roles of ${params.id}`)
  .post("/", () => "nothing");

const app = new Elysia()
  .onError(() => "not found")
  .use(routes)
  .use(closeNarrowerPaths(routes.routes));

const answer = async (method: string, path: string) =>
  (await app.handle(new Request(`http://localhost${path}`, { method }))).text();

test("what a literal path does not take is not taken by one with a parameter in its place", async () => {
  for (const [method, path, expected] of [
    ["GET", "/users/me/sessions", "own"],
    ["DELETE", "/users/me/sessions", "not found"],
    ["DELETE", "/users/me/sessions/", "not found"],
    ["GET", "/users/me/sessions/1", "one of one's own"],
    ["DELETE", "/users/me/sessions/1", "not found"],
    ["GET", "/users/you/sessions", "theirs"],
    ["DELETE", "/users/you/sessions", "ended you"],
    ["DELETE", "/users/you/sessions/1", "one ended"],
    ["PUT", "/users/me/roles", "roles of me"],
    ["POST", "/", "nothing"],
  ] as const) {
    expect([method, path, await answer(method, path)]).toEqual([method, path, expected]);
  }
});

test("what it takes is told of itself, in whatever order the routes come", () => {
  for (const given of [routes.routes, routes.routes.toReversed()]) {
    const { methodsOf: allowed } = createRouteTable([], given);
    expect(allowed("/users/me/sessions")).toEqual(["GET", "HEAD"]);
    expect(allowed("/users/you/sessions")).toEqual(["DELETE", "GET", "HEAD"]);
    expect(allowed("/users/me/sessions/1")).toEqual(["GET", "HEAD"]);
    expect(allowed("/users/me/roles")).toEqual(["PUT"]);
  }
});
