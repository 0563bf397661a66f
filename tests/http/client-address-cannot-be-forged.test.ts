import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { openRaw } from "../support/raw-http.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";
import { createClientAddressReader } from "../../src/platform/http/client-address.ts";

/** The address that the audit log has of a sign-in that came with these headers. */
async function recordedAddress(app: TestApp, headers: Record<string, string>): Promise<unknown> {
  const body = { email: freshEmail(), password: goodPassword };
  const answer = await app.post("/api/v1/auth/login", body, { headers });
  expect(answer.status).toBe(401);
  const [row] = await auditOf(app, answer);
  return row?.["ip_address"];
}

describe("without trusted proxies", () => {
  const app = useTestApp();

  // part of security 111: the address that limits are counted by
  test.each([
    { "x-forwarded-for": "203.0.113.9" },
    { "x-real-ip": "203.0.113.9" },
    { forwarded: "for=203.0.113.9" },
    { "cf-connecting-ip": "203.0.113.9" },
    { "true-client-ip": "203.0.113.9", "x-client-ip": "203.0.113.9" },
  ])("%j is ignored", async (headers) => {
    expect(await recordedAddress(app, headers)).toBe("127.0.0.1");
  });
});

// Otherwise a client that closes the connection while the password is verified would not be recorded. Before that the work is
// dropped, and no attempt was made.
test("a client that closes the connection before the response is recorded as well", async () => {
  await using app = await startTestApp();
  const began = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const { hasher } = app.platform;
  const verify: typeof hasher.verify = (password, hash, admission, typed) => {
    const mayStart = async (): Promise<boolean> => {
      began.resolve();
      await closed.promise;
      return (await admission.mayStart?.()) ?? true;
    };
    admission.signal?.addEventListener("abort", () => closed.resolve());
    return hasher.verify(password, hash, { ...admission, mayStart }, typed);
  };
  Object.assign(app.platform, { hasher: { ...hasher, verify } });
  const json = JSON.stringify({ email: freshEmail(), password: goodPassword });
  const lines = [
    "POST /api/v1/auth/login HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
  ];
  const more = ["X-Request-Id: hung-up", `Content-Length: ${json.length}`, "", json];
  const socket = await openRaw(app.url, [...lines, ...more].join("\r\n"));
  await began.promise;
  socket.destroy();
  const query = "select ip_address from audit_log where request_id = 'hung-up'";
  const rows = await eventually(
    () => app.rows(query),
    (found) => found.length > 0,
  );
  expect(rows).toEqual([{ ip_address: "127.0.0.1" }]);
});

describe("with trusted proxies", () => {
  const app = useTestApp({
    settings: { TRUSTED_PROXIES: "127.0.0.0/8,10.0.0.0/8,fd00::/8" },
  });

  // security 112
  test.each([
    ["the client", "203.0.113.9", "203.0.113.9"],
    ["a hop that the client forged on the left", "1.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["a trusted hop that the client forged", "10.1.1.1, 203.0.113.9", "203.0.113.9"],
    ["a chain of trusted hops", "1.1.1.1, 203.0.113.9, 10.0.0.7, fd00::7", "203.0.113.9"],
    ["only trusted hops", "10.0.0.8, 10.0.0.7", "10.0.0.8"],
    ["IPv4 mapped into IPv6", "::ffff:203.0.113.9", "203.0.113.9"],
    ["the same in hexadecimal", "::ffff:cb00:7109", "203.0.113.9"],
    ["a trusted hop mapped", "203.0.113.9, ::ffff:10.0.0.7", "203.0.113.9"],
    ["a port", "203.0.113.9:4711", "203.0.113.9"],
    ["IPv6", "2001:DB8:0:0::1", "2001:db8::1"],
    ["IPv6 in brackets", "[2001:db8::1]", "2001:db8::1"],
    ["IPv6 with a port", "[2001:db8::1]:4711", "2001:db8::1"],
    ["IPv6 with a zone", "2001:db8::1%eth0", "2001:db8::1"],
    ["white space", "  1.1.1.1 ,\t203.0.113.9  ", "203.0.113.9"],
    ["garbage on the left", "<script>, 203.0.113.9", "203.0.113.9"],
  ])("%s", async (_name, header, address) => {
    expect(await recordedAddress(app, { "x-forwarded-for": header })).toBe(address);
  });

  // Values that no trusted proxy writes: the last valid hop counts.
  // security 112
  test.each([
    "",
    ",",
    "unknown",
    "1",
    "0x7f000001",
    "0177.0.0.1",
    "203.0.113.9.1",
    "203.0.113.256",
    "a\u00e9",
    "x".repeat(5000),
  ])("%j is no hop", async (header) => {
    expect(await recordedAddress(app, { "x-forwarded-for": header })).toBe("127.0.0.1");
    expect(await recordedAddress(app, { "x-forwarded-for": `${header}, 10.0.0.7` })).toBe(
      "10.0.0.7",
    );
  });

  test("no other header is trusted", async () => {
    for (const name of ["x-real-ip", "forwarded", "cf-connecting-ip"]) {
      expect(await recordedAddress(app, { [name]: "203.0.113.9" })).toBe("127.0.0.1");
    }
  });
});

describe("the address of the peer", () => {
  test("is the client address when the peer is no trusted proxy, whatever its headers", () => {
    const read = createClientAddressReader(["10.0.0.0/8"], () => undefined);
    const headers = new Headers({ "x-forwarded-for": "203.0.113.9" });
    expect(read("198.51.100.1", headers)).toBe("198.51.100.1");
    expect(read("::ffff:198.51.100.1", headers)).toBe("198.51.100.1");
    expect(read("::ffff:10.0.0.1", headers)).toBe("203.0.113.9");
  });

  test("is written one way on a dual-stack socket", () => {
    const read = createClientAddressReader([], () => undefined);
    expect(read("::ffff:198.51.100.1", new Headers())).toBe("198.51.100.1");
    expect(read("2001:db8::1", new Headers())).toBe("2001:db8::1");
  });
});
