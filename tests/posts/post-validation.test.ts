import { beforeAll, expect, test } from "bun:test";

import { type SignedInUser, signUp } from "../support/journey.ts";
import { makePost, postsPath } from "../support/posts.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: SignedInUser;
let id: number;

beforeAll(async () => {
  user = await signUp(app);
  id = await makePost(app, user, { text: "As it was." });
});

const call = (method: string, at: string, json?: unknown) =>
  app.call(method, `${postsPath}${at}`, {
    bearer: user.accessToken,
    ...(json === undefined ? {} : { json }),
  });

// security 104
test("an invalid text creates and changes nothing", async () => {
  for (const json of [
    {},
    { post_data: "" },
    { post_data: null },
    { post_data: 1 },
    { post_data: ["a"] },
    { post_data: "x".repeat(10_001) },
    { post_data: "a\u0000b" },
    { post_data: "a\u001bb" },
    { post_data: "a\ud800b" },
    { post_data: "a\ud83d\n\ude00b" },
    { post_data: "a\u202eb" },
    { post_data: "a", visibility: "Public" },
    { post_data: "a", visibility: null },
    { post_data: "a", visibility: "unlisted" },
    { post_data: "a", created_at: "2026-01-01T00:00:00Z" },
  ]) {
    for (const [method, at] of [
      ["POST", ""],
      ["PUT", `/${id}`],
    ] as const) {
      const answer = await call(method, at, json);
      expect([json, method, answer.status, answer.json.error?.code]).toEqual([
        json,
        method,
        400,
        "VALIDATION_ERROR",
      ]);
    }
  }
  const rows = await app.rows("select post_data from posts");
  expect([...rows]).toEqual([{ post_data: "As it was." }]);
});

test("a text of 10,000 characters is kept as it is", async () => {
  const text = "ä\r\n\t".repeat(2500);
  const made = await call("POST", "", { post_data: text });
  expect([made.status, made.json.data.post_data === text]).toEqual([201, true]);
  await call("DELETE", `/${made.json.data.post_id}`);
});

// security 104
test("an unknown id is not found, and a malformed one is refused", async () => {
  const operations = [
    ["GET", "", undefined],
    ["PUT", "", { post_data: "a" }],
    ["DELETE", "", undefined],
    ["PUT", "/vote", undefined],
    ["DELETE", "/vote", undefined],
    ["GET", "/votes", undefined],
  ] as const;
  for (const [given, status] of [
    ["0", 404],
    ["2147483648", 404],
    ["999999999999999", 404],
    ["9007199254740993", 400],
    ["9223372036854775808", 400],
    ["9".repeat(300), 400],
    ["-1", 400],
    ["+1", 400],
    [`0${id}`, 400],
    [`${id}.0`, 400],
    ["1e3", 400],
    ["0x1", 400],
    ["NaN", 400],
    ["null", 400],
    ["%00", 400],
    ["%31;drop", 400],
    ["00000000-0000-7000-8000-000000000000", 400],
  ] as const) {
    for (const [method, at, json] of operations) {
      const answer = await call(method, `/${given}${at}`, json);
      expect([given, method, at, answer.status]).toEqual([given, method, at, status]);
    }
  }
});
