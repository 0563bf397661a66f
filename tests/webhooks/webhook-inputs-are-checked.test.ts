import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { expectRefusedQueries } from "../support/refused-queries.ts";
import { useTestApp } from "../support/test-app.ts";
import { createWebhook } from "../support/webhooks.ts";

const path = "/api/v1/webhooks";
const url = "https://app.example.com/events";
const app = useTestApp();
let bearer: string;
let id: string;

beforeAll(async () => {
  bearer = (await signInAdmin(app)).accessToken;
  ({ id } = await createWebhook(app, bearer, { url }));
});

const call = (method: string, at: string, json?: unknown) =>
  app.call(method, at, { bearer, ...(json === undefined ? {} : { json }) });

const refusedUrls = [
  "",
  "app.example.com",
  "http://app.example.com/events",
  "HTTP://app.example.com/events",
  "ftp://app.example.com/",
  "file:///etc/passwd",
  "javascript:alert(1)",
  "https://",
  "https:///events",
  "https:app.example.com",
  "https://user@app.example.com/",
  "https://user:password@app.example.com/",
  "https://app.example.com/#fragment",
  "https://app.example.com/a b",
  " https://app.example.com/",
  "https://app.example.com\\@evil.example/",
  "https://app.example.com:99999/",
  "https://app.example.com/\r\nX-Injected: 1",
  "https://app.example.com/\0",
  `https://app.example.com/${"x".repeat(2048)}`,
  1,
  null,
  ["https://app.example.com/"],
];

// security 104
describe("an invalid body is refused, and nothing is written:", () => {
  test.each(refusedUrls.map((refused) => [refused]))("the URL %p", async (refused) => {
    const created = await call("POST", path, { url: refused });
    const changed = await call("PATCH", `${path}/${id}`, { url: refused });
    for (const answer of [created, changed]) {
      expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
      expect(JSON.stringify(answer.json.error.details)).toContain("url");
      expect(await auditOf(app, answer)).toEqual([]);
    }
  });

  const refusedTypes = [
    [],
    ["user.unknown"],
    ["user.deleted", "*"],
    ["webhook.test"],
    ["USER.DELETED"],
    "user.deleted",
    [null],
    [["user.deleted"]],
    {},
    Array.from({ length: 101 }, () => "user.deleted"),
  ];
  test.each(refusedTypes.map((types) => [types]))("the types %j", async (types) => {
    const created = await call("POST", path, { url, event_types: types });
    const changed = await call("PATCH", `${path}/${id}`, { event_types: types });
    for (const answer of [created, changed]) {
      expect([answer.status, answer.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    }
  });

  test("other fields, other values, and other forms", async () => {
    const bodies = [
      {},
      [],
      { url, secret: "whsec_mine" },
      { url, id: "mine" },
      { url, status: "active" },
      { url, description: "x".repeat(501) },
      { url, description: 1 },
    ];
    for (const body of bodies) expect((await call("POST", path, body)).status).toBe(400);
    const changes = [
      { status: "deleted" },
      { status: null },
      { disabled_reason: "x" },
      { secret: "whsec_mine" },
      { url: null },
      [],
    ];
    for (const body of changes) {
      expect([body, (await call("PATCH", `${path}/${id}`, body)).status]).toEqual([body, 400]);
    }
    expect((await call("GET", path)).json.data.items).toHaveLength(1);
  });
});

test("repeated types are stored once", async () => {
  const event_types = ["user.deleted", "user.restored", "user.deleted"];
  const changed = await call("PATCH", `${path}/${id}`, { event_types });
  expect(changed.json.data.event_types).toEqual(["user.deleted", "user.restored"]);
});

test("an unknown webhook or delivery is not found, and nothing is recorded", async () => {
  const unknown = ["none", "%27%20OR%201=1", crypto.randomUUID(), "webhook", "x".repeat(64)];
  for (const one of unknown) {
    for (const [method, at, json] of [
      ["GET", `${path}/${one}`],
      ["PATCH", `${path}/${one}`, { status: "disabled" }],
      ["DELETE", `${path}/${one}`],
      ["POST", `${path}/${one}/rotate-secret`],
      ["POST", `${path}/${one}/test`],
      ["GET", `${path}/${one}/deliveries`],
      ["POST", `${path}/${one}/deliveries/${crypto.randomUUID()}/replay`],
      ["POST", `${path}/${id}/deliveries/${one}/replay`],
    ] as const) {
      const answer = await call(method, at, json);
      expect([at, answer.status, answer.json?.error.code]).toEqual([at, 404, "NOT_FOUND"]);
      expect(await auditOf(app, answer)).toEqual([]);
    }
  }
});

test("an id that cannot be stored is refused", async () => {
  for (const one of ["a%00b", "a%0ab", "%ed%a0%80", "x".repeat(65)]) {
    for (const at of [`${path}/${one}`, `${path}/${one}/deliveries`]) {
      expect([at, (await call("GET", at)).status]).toEqual([at, 400]);
    }
    const replay = await call("POST", `${path}/${id}/deliveries/${one}/replay`);
    expect(replay.status).toBe(400);
  }
});

// part of security 109
test("limits beyond 1 to 100, forged cursors and unknown parameters are refused", async () => {
  for (const at of [path, `${path}/${id}/deliveries`]) {
    await expectRefusedQueries(
      (query) => call("GET", `${at}${query}`),
      ["?limit=0", "?limit=101", "?limit=x", "?cursor=", "?cursor=x", "?cursor=%00", "?order=url"],
    );
  }
});
