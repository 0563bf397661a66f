import { expect, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { postsPath } from "../support/posts.ts";
import { startTestApp } from "../support/test-app.ts";

test("switched off, posts have no route, no operation in the document and no statement", async () => {
  await using app = await startTestApp({ settings: { POSTS_ENABLED: "false" } });
  const { accessToken: bearer, userId } = await signUp(app);
  // A statement on a missing table would cause 500 or 503, and an error in the log.
  await app.rows("drop table post_votes, posts");
  for (const [method, at] of [
    ["GET", ""],
    ["GET", "?scope=public"],
    ["POST", ""],
    ["GET", "/1"],
    ["PUT", "/1"],
    ["DELETE", "/1"],
    ["PUT", "/1/vote"],
    ["DELETE", "/1/vote"],
    ["GET", "/1/votes"],
  ] as const) {
    const json = method === "GET" ? {} : { json: { post_data: "a" } };
    const signedIn = await app.call(method, `${postsPath}${at}`, { bearer, ...json });
    const anonymous = await app.call(method, `${postsPath}${at}`, json);
    expect([method, at, signedIn.status, signedIn.json.error.code]).toEqual([
      method,
      at,
      404,
      "NOT_FOUND",
    ]);
    expect([method, at, anonymous.status]).toEqual([method, at, 404]);
  }
  const document = await app.call("GET", "/openapi.json");
  expect(document.status).toBe(200);
  expect(document.text).not.toMatch(/posts?\b.*vote|\/posts|"Posts"|post_id/i);
  expect((await app.call("GET", "/api/v1/users/me", { bearer })).json.data.id).toBe(userId);
  // Retention deletes the posts of unverified accounts in any case, and may run meanwhile.
  const faults = app.log.filter((line) => /"level":"(?:error|fatal)"/.test(line));
  expect(faults.filter((line) => !line.includes('"job":"retention"'))).toEqual([]);
});
