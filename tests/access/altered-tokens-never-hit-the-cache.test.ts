import { beforeAll, expect, test } from "bun:test";

import { digestOf } from "../../src/features/access/token-digest.ts";
import { createCacheScene, foundSession } from "../support/cached-session.ts";
import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

// The attack: a cached token, whose signature was verified, with another header or payload. A service that introspects it
// and then reads the payload itself would trust the altered payload.
const app = useTestApp();
let replica: CountedApp;
let token: string;

beforeAll(async () => {
  ({ accessToken: token } = await signUp(app));
  replica = createCountedApp(app);
  app.defer(() => replica[Symbol.asyncDispose]());
  await replica.platform.changes.start();
  await eventually(() => replica.platform.changes.isLive(), Boolean);
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

test.each<[string, (header: string, payload: string, signature: string) => string]>([
  [
    "another payload",
    (header, _, signature) => `${header}.${encode({ roles: ["admin"] })}.${signature}`,
  ],
  [
    "another header",
    (_, payload, signature) => `${encode({ alg: "none" })}.${payload}.${signature}`,
  ],
  [
    "one character of the payload changed",
    (header, payload, signature) => {
      const other = payload.at(-1) === "A" ? "B" : "A";
      return `${header}.${payload.slice(0, -1)}${other}.${signature}`;
    },
  ],
  [
    "another signature",
    (header, payload, signature) => `${header}.${payload}.${signature.slice(1)}A`,
  ],
  ["another part", (header, payload, signature) => `${header}.${payload}.${signature}.`],
  ["padding", (header, payload, signature) => `${header}.${payload}.${signature}=`],
  [
    "a character that is no base64url",
    (header, payload, signature) => `${header}.${payload}\u00e9.${signature}`,
  ],
])("a cached token with %s is refused, before and after each use", async (_, change) => {
  const [header = "", payload = "", signature = ""] = token.split(".");
  const changed = change(header, payload, signature);
  const validate = (json: object) => replica.call("POST", "/api/v1/auth/validate-token", { json });
  for (let use = 0; use < 3; use += 1) {
    expect((await replica.call("GET", "/api/v1/users/me", { bearer: token })).status).toBe(200);
    expect((await validate({ token })).status).toBe(200);
    expect((await validate({ token: changed })).status).toBe(401);
  }
  expect((await validate({ token })).status).toBe(200);
});

test("a string that differs from a cached token never finds it", () => {
  const { cache, read } = createCacheScene();
  read(token, foundSession("1"));
  // A recent token is found by its string, an older one by its digest.
  for (let use = 0; use < 2; use += 1) {
    for (let place = 0; place < token.length; place += 1) {
      const other = token[place] === "A" ? "B" : "A";
      expect(cache.find(token.slice(0, place) + other + token.slice(place + 1))).toBeNull();
    }
    for (const text of [
      "",
      ` ${token}`,
      `${token} `,
      `${token}\0`,
      token.slice(0, -1),
      `${token}${token}`,
    ]) {
      expect(cache.find(text)).toBeNull();
    }
    expect(cache.find(token)).not.toBeNull();
  }
});

test("a digest is 159 bits of SHA-256, and a string that is too long for a token has none", () => {
  const hex = new Bun.CryptoHasher("sha256").update("abc").digest("hex");
  const bits = BigInt(`0x${hex}`).toString(2).padStart(256, "0");
  const integers = [0, 64, 128].map((start) => Number.parseInt(bits.slice(start, start + 53), 2));
  expect(Object.values(digestOf("abc") ?? {})).toEqual(integers);
  expect(digestOf("a".repeat(8193))).toBeNull();
});
