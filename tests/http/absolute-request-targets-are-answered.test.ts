import { expect, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { rawGet } from "../support/raw-http.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

// A server accepts the absolute form of a target, which clients send to proxies (RFC 9112 §3.2.2).
test.each(["http://localhost", "http://auth.example.com", "http://auth.example.com:8080"])(
  "%s before the path changes nothing",
  async (origin) => {
    const { accessToken, userId } = await signUp(app);
    const headers = [`Authorization: Bearer ${accessToken}`];
    // A hot route, a route of the framework's router, one with a parameter and a query, and no route.
    const me = await rawGet(app.url, `${origin}/api/v1/users/me`, headers);
    expect([me.status, me.text.includes(userId)]).toEqual([200, true]);
    for (const [path, status] of [
      ["/api/v1/users/me/sessions", 200],
      ["/api/v1/posts/1?x=http://y/", 404],
      ["/health", 200],
      ["/api/v1/clients", 403],
      ["/nowhere/at/all/in/this/service/whatever/it/is", 404],
    ] as const) {
      const answer = await rawGet(app.url, `${origin}${path}`, headers);
      expect([path, answer.status]).toEqual([path, status]);
    }
  },
);

// security 164
test("a path that is not plain is refused behind an origin as well", async () => {
  for (const path of ["/api/v1/./clients", "/api/v1/x/../clients", "/.\\docs", "/a%2fb"]) {
    const { status } = await rawGet(app.url, `http://localhost${path}`, []);
    expect([path, status]).toEqual([path, 400]);
  }
});
