import { describe, expect, test } from "bun:test";

import { findStep, otpauthUrl, qrCode, toBase32 } from "../../src/platform/totp/totp.ts";
import { fromBase32, totpCode } from "../support/second-factor.ts";

const key = Buffer.from("12345678901234567890");

// RFC 6238, appendix B, for SHA-1. The product has six digits: the last ones of the eight.
const vectors = [
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [1_111_111_111, "14050471"],
  [1_234_567_890, "89005924"],
  [2_000_000_000, "69279037"],
  [20_000_000_000, "65353130"],
] as const;

describe("the vectors of RFC 6238", () => {
  test.each([...vectors])("at %d seconds the code is %s", async (seconds, digits) => {
    const time = new Date(seconds * 1000);
    expect(totpCode(key, time, 8)).toBe(digits);
    const secret = await toBase32(key);
    expect(await findStep(secret, digits.slice(2), time)).toBe(Math.floor(seconds / 30));
  });
});

// security 85
test("codes of one step before and after are accepted, and no others", async () => {
  const now = new Date(1_234_567_890_000);
  const secret = await toBase32(key);
  const present = Math.floor(1_234_567_890 / 30);
  const found = [-3, -2, -1, 0, 1, 2, 3].map(async (steps) => {
    const code = totpCode(key, new Date(now.getTime() + steps * 30_000));
    const step = await findStep(secret, code, now);
    return step === null ? null : step - present;
  });
  expect(await Promise.all(found)).toEqual([null, null, -1, 0, 1, null, null]);
});

test("the address of a secret names the service, the account and the parameters", async () => {
  const secret = await toBase32(key);
  const url = new URL(
    await otpauthUrl({ secret, serviceName: "Acme: sign-in", accountName: "ada@example.com" }),
  );
  expect(url.protocol).toBe("otpauth:");
  expect(decodeURIComponent(url.pathname)).toContain("ada@example.com");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    issuer: "Acme  sign-in",
    secret,
    algorithm: "SHA1",
    digits: "6",
    period: "30",
  });
  expect(fromBase32(secret)).toEqual(key);
  expect(qrCode(url.href)).toStartWith("<svg");
});
