import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { untilBackgroundWorkIsDone } from "../support/background-work.ts";
import { databaseDump } from "../support/database-dump.ts";
import { freshEmail, goodPassword, mailTo, signUp } from "../support/journey.ts";
import { readOperations } from "../support/operations.ts";
import { useTestApp } from "../support/test-app.ts";
import { rawRequest, rawText } from "./raw-request.ts";

const methods = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "CONNECT",
  "PROPFIND",
];
const pages = ["/", "/docs", "/redoc", "/openapi.json", "/asyncapi.json", "/verify-email"];

describe("a wrong method", () => {
  const app = useTestApp();
  let known: Map<string, Set<string>>;

  beforeAll(async () => {
    known = new Map(pages.map((path) => [path, new Set(["GET", "HEAD"])]));
    known.get("/verify-email")?.add("POST");
    known.set("/verify-email/resend", new Set(["POST"]));
    for (const { path, method } of (await readOperations(app)).operations) {
      const taken = known.get(path) ?? new Set();
      known.set(path, taken.add(method));
      if (method === "GET") taken.add("HEAD");
    }
  });

  // security 110, part of security 119: TRACE
  test("on a known path is 405, and Allow lists the methods of the path", async () => {
    for (const [path, taken] of known) {
      for (const method of methods.filter((candidate) => !taken.has(candidate))) {
        const answer = await app.call(method, path);
        expect([method, path, answer.status, answer.headers.get("allow")]).toEqual([
          method,
          path,
          405,
          [...taken].toSorted().join(", "),
        ]);
        if (method !== "HEAD" && method !== "TRACE" && !/^\/(oauth|\.well-known)\//.test(path)) {
          expect(answer.json.error.code).toBe("METHOD_NOT_ALLOWED");
        }
      }
    }
  });

  // `me` is in the place of a user's id: `DELETE` on the path with an id ends that user's sessions.
  test("on a literal path is not handled by the path with a parameter", async () => {
    const { accessToken: bearer } = await signInAdmin(app);
    for (const path of ["/api/v1/users/me/sessions", "/api/v1/users/me/sessions/"]) {
      const answer = await app.call("DELETE", path, { bearer });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    }
    expect((await app.call("GET", "/api/v1/users/me/sessions", { bearer })).status).toBe(200);
    expect((await app.call("DELETE", "/api/v1/users/you/sessions", { bearer })).status).toBe(404);
  });

  test("is an error of RFC 6749 below /oauth/", async () => {
    const answer = await app.call("GET", "/oauth/token");
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    expect(answer.json).toEqual({
      error: "invalid_request",
      error_description: "This path does not support this method.",
    });
  });

  test("on an unknown path is 404, whatever it is", async () => {
    for (const method of methods) {
      for (const path of ["/nowhere", "/api/v1", "/api/v1/auth/login/x", "/api/v1/auth/Login"]) {
        const answer = await app.call(method, path);
        expect([method, path, answer.status, answer.headers.get("allow")]).toEqual([
          method,
          path,
          404,
          null,
        ]);
      }
    }
  });

  test("is the same with a slash at the end, with a query, and for a host of any length", async () => {
    for (const [path, allow] of [
      ["/health/live/", "GET, HEAD"],
      ["/health/live?a=/b", "GET, HEAD"],
      ["/api/v1/users/me/", "DELETE, GET, HEAD, PATCH"],
    ]) {
      const answer = await app.call("PUT", path ?? "");
      const allowed = answer.headers.get("allow")?.split(", ").toSorted().join(", ");
      expect([path, answer.status, allowed]).toEqual([path, 405, allow]);
    }
    for (const host of ["a", "sso", "sso:80", "[::1]", "a-very-long-name.example.com:8443"]) {
      const lines = ["POST /api/v1/users/me HTTP/1.1", `Host: ${host}`, "Content-Length: 0"];
      const { status, code } = await rawRequest(app.url, rawText(lines));
      expect([host, status, code]).toEqual([host, 405, "METHOD_NOT_ALLOWED"]);
    }
  });

  // Mail scanners, link previews and prefetching browsers may request every path.
  // security 119
  test("that is safe changes nothing, even with a valid link of a user", async () => {
    const user = await signUp(app);
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const { token, code } = await mailTo(app, email);
    const query = new URLSearchParams({ token, email, code, refresh_token: user.refreshToken });
    await untilBackgroundWorkIsDone(app);
    const before = await databaseDump(app);
    for (const path of known.keys()) {
      for (const method of ["GET", "HEAD", "OPTIONS", "TRACE"]) {
        const answer = await app.call(method, `${path}?${query}`, { bearer: user.accessToken });
        expect([method, path, answer.status < 500]).toEqual([method, path, true]);
        expect(answer.text).not.toMatch(/\bat .+\.ts|select .+ from|stack/);
      }
    }
    expect(await databaseDump(app)).toBe(before);
  });

  test("HEAD responds as GET does, without the body", async () => {
    for (const path of ["/health/live", "/docs", "/openapi.json", "/verify-email?token=x"]) {
      const [get, head] = [await app.call("GET", path), await app.call("HEAD", path)];
      expect([path, head.status, head.text]).toEqual([path, get.status, ""]);
      expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
    }
    expect((await app.call("HEAD", "/api/v1/users/me")).status).toBe(401);
  });
});
