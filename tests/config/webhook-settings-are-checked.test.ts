import { expect, test } from "bun:test";

import { load, production, refusedNames } from "./load.ts";

const url = "https://app.example.com/events";
const secretOf = (bytes: number): string =>
  `whsec_${Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 97 + 13) % 256)).toString("base64")}`;

// security 136
test.each([24, 32, 64])("a secret of %d bytes is accepted", (bytes) => {
  const given = { ...production, WEBHOOK_URL: url, WEBHOOK_SECRET: secretOf(bytes) };
  expect(load(given).settings.webhookSecret).toBe(secretOf(bytes));
});

// security 136
test.each([
  secretOf(23),
  secretOf(65),
  secretOf(32).slice("whsec_".length),
  secretOf(32).replace("=", ""),
  `${secretOf(32)} `,
  secretOf(32).replace("whsec_", "WHSEC_"),
  `whsec_${"!".repeat(44)}`,
  "whsec_",
])("the secret %p is refused", (secret) => {
  expect(refusedNames({ WEBHOOK_URL: url, WEBHOOK_SECRET: secret })).toEqual(["WEBHOOK_SECRET"]);
});

test("a URL needs a secret, and https unless private addresses are allowed", () => {
  expect(refusedNames({ WEBHOOK_URL: url })).toEqual(["WEBHOOK_SECRET"]);
  const plain = { WEBHOOK_URL: "http://localhost:3000/events", WEBHOOK_SECRET: secretOf(32) };
  expect(refusedNames(plain)).toEqual(["WEBHOOK_URL"]);
  expect(load({ ...plain, WEBHOOK_ALLOW_PRIVATE: "true" }).settings.webhookUrl).toBe(
    plain.WEBHOOK_URL,
  );
});
