import { describe, expect, test } from "bun:test";
import { join } from "node:path";

import { createHttpClient } from "../../src/platform/http-client/http-client.ts";
import { outputOf } from "../support/child-output.ts";
import { outboundFaultOf } from "../support/outbound-fault.ts";
import { type RawServer, startRawServer } from "../support/raw-server.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "../support/test-certificate.ts";

const tls = { key: TEST_KEY, cert: TEST_CERTIFICATE };
const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

const startServer = (options?: Parameters<typeof startRawServer>[1]): Promise<RawServer> =>
  startRawServer((socket) => socket.end(response), options);

function resolverTo(...answers: string[][]) {
  const asked: string[] = [];
  return {
    asked,
    resolve: (host: string) => Promise.resolve(answers[asked.push(host) - 1] ?? []),
  };
}

/** Every kind of address that is not on the public internet, as a resolver returns it. */
const refusedAddresses: readonly (readonly [string, string])[] = [
  ["loopback", "127.0.0.1"],
  ["the end of loopback", "127.255.255.254"],
  ["unspecified", "0.0.0.0"],
  ["this network", "0.1.2.3"],
  ["private", "10.0.0.1"],
  ["private", "172.16.0.1"],
  ["private", "172.31.255.255"],
  ["private", "192.168.1.1"],
  ["carrier-grade NAT", "100.64.0.1"],
  ["metadata of clouds", "169.254.169.254"],
  ["protocol assignments", "192.0.0.1"],
  ["documentation", "192.0.2.1"],
  ["documentation", "203.0.113.1"],
  ["6to4 relays", "192.88.99.1"],
  ["benchmarks", "198.18.0.1"],
  ["multicast", "224.0.0.1"],
  ["reserved", "240.0.0.1"],
  ["broadcast", "255.255.255.255"],
  ["IPv6 loopback", "::1"],
  ["IPv6 unspecified", "::"],
  ["link-local", "fe80::1"],
  ["link-local with a zone", "fe80::1%eth0"],
  ["unique local", "fd00::1"],
  ["unique local metadata", "fd00:ec2::254"],
  ["site-local", "fec0::1"],
  ["IPv6 multicast", "ff02::1"],
  ["IPv4-mapped loopback", "::ffff:127.0.0.1"],
  ["IPv4-mapped in hex", "::ffff:7f00:1"],
  ["IPv4-mapped public", "::ffff:8.8.8.8"],
  ["IPv4-compatible", "::127.0.0.1"],
  ["IPv4-translated", "::ffff:0:127.0.0.1"],
  ["NAT64", "64:ff9b::7f00:1"],
  ["local NAT64", "64:ff9b:1::7f00:1"],
  ["6to4", "2002:7f00:1::"],
  ["Teredo", "2001::1"],
  ["IPv6 documentation", "2001:db8::1"],
  ["IPv6 documentation", "3fff::1"],
  ["discard", "100::1"],
  ["segment routing", "5f00::1"],
  ["unassigned", "4000::1"],
  ["no address", "localhost"],
];

const neverPrivate = refusedAddresses.filter(
  ([, address]) => !/^(?:127|10|172|192\.168|100\.64)\.|^::1$|^fd00:/.test(address),
);

// security 137
describe("a host with an address that is not public is not called:", () => {
  test.each(refusedAddresses)("%s, %s", async (_, address) => {
    const { resolve } = resolverTo([address]);
    expect(await outboundFaultOf("https://hook.example.com/", { resolve })).toBe("private_address");
  });

  test.each(neverPrivate)(
    "%s, %s, not even where private addresses are allowed",
    async (_, address) => {
      const { resolve } = resolverTo([address]);
      const call = outboundFaultOf(
        "https://hook.example.com/",
        { resolve },
        { mayBePrivate: true },
      );
      expect(await call).toBe("private_address");
    },
  );

  test("one such address among public ones is enough", async () => {
    for (const addresses of [
      ["1.1.1.1", "127.0.0.1"],
      ["::1", "1.1.1.1"],
    ]) {
      const { resolve } = resolverTo(addresses);
      expect(await outboundFaultOf("https://hook.example.com/", { resolve })).toBe(
        "private_address",
      );
    }
  });

  test.each([
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.1/",
    "https://0/",
    "https://2852039166/",
    "https://0xa9.0xfe.0xa9.0xfe/",
    "https://１２７.0.0.1/",
    "https://127。0。0。1/",
    "https://%31%32%37.0.0.1/",
    "https://127.0.0.1./",
    "https://[::1]/",
    "https://[0:0:0:0:0:0:0:1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:7f00:1]/",
    "https://[64:ff9b::127.0.0.1]/",
    "https://user:password@127.0.0.1/",
    "https://public.example@127.0.0.1/",
  ])("%s, without asking a resolver", async (url) => {
    const { resolve, asked } = resolverTo(["1.1.1.1"]);
    expect(await outboundFaultOf(url, { resolve })).toBe("private_address");
    expect(asked).toEqual([]);
  });

  test("localhost, by the resolver of the system", async () => {
    await using server = await startServer({ tls });
    expect(await outboundFaultOf(`https://localhost:${server.port}/`)).toBe("private_address");
    expect(server.requests).toEqual([]);
  });
});

// security 137
test("the connection goes to the address that was checked, and the host is resolved once", async () => {
  await using meant = await startServer({ host: "127.0.0.2" });
  await using rebound = await startServer({ host: "127.0.0.1", port: meant.port });
  const { resolve, asked } = resolverTo(["127.0.0.2"], ["127.0.0.1"]);
  // The resolver of the system gives 127.0.0.1 for this name.
  const url = `http://localhost:${meant.port}/hook?x=1`;
  const { body } = await createHttpClient({ resolve }).send({
    url,
    method: "GET",
    mayBePrivate: true,
  });
  expect(body).toBe("hi");
  expect(asked).toEqual(["localhost"]);
  expect(meant.requests).toEqual([
    expect.stringContaining(`\r\nHost: localhost:${meant.port}\r\n`),
  ]);
  expect(rebound.requests).toEqual([]);
});

test("a second address is tried when the first refuses the connection", async () => {
  await using server = await startServer({ host: "127.0.0.1" });
  const { resolve } = resolverTo(["127.0.0.3", "127.0.0.1"]);
  const url = `http://hook.internal:${server.port}/`;
  const { status } = await createHttpClient({ resolve }).send({
    url,
    method: "GET",
    mayBePrivate: true,
  });
  expect(status).toBe(200);
});

test("a host without an address, or without an answer of the resolver, is unreachable", async () => {
  const empty = resolverTo([]);
  expect(await outboundFaultOf("https://hook.example.com/", empty)).toBe("unreachable");
  const failing = { resolve: () => Promise.reject(new Error("ENOTFOUND")) };
  expect(await outboundFaultOf("https://hook.example.com/", failing)).toBe("unreachable");
});

test.each([
  "http://public.example.com/",
  "http://127.0.0.1/",
  "ftp://public.example.com/",
  "file:///etc/passwd",
  "gopher://127.0.0.1:6379/",
  "data:text/plain,x",
  "//public.example.com/",
  "public.example.com",
  "https://",
  "https://a b/",
  "",
])("%p is refused, because it is no https URL", async (url) => {
  const { resolve, asked } = resolverTo(["1.1.1.1"]);
  expect(await outboundFaultOf(url, { resolve })).toBe("not_https");
  expect(asked).toEqual([]);
});

describe("TLS", () => {
  const certificateAuthorities = [TEST_CERTIFICATE];
  const { resolve } = { resolve: () => Promise.resolve(["127.0.0.1"]) };

  test.each(["localhost", "127.0.0.1"])("a certificate for %s is accepted", async (host) => {
    await using server = await startServer({ tls });
    const url = `https://${host}:${server.port}/`;
    const client = createHttpClient({ certificateAuthorities, resolve });
    expect((await client.send({ url, method: "GET", mayBePrivate: true })).status).toBe(200);
  });

  test("a certificate for another name is refused, and no request is sent", async () => {
    await using server = await startServer({ tls });
    const url = `https://idp.internal:${server.port}/?code=secret`;
    const options = { certificateAuthorities, resolve };
    expect(await outboundFaultOf(url, options, { mayBePrivate: true })).toBe("unreachable");
    expect(server.requests.join("")).toBe("");
  });

  test("a certificate of an unknown authority is refused, and no request is sent", async () => {
    await using server = await startServer({ tls });
    const url = `https://localhost:${server.port}/?code=secret`;
    expect(await outboundFaultOf(url, { resolve }, { mayBePrivate: true })).toBe("unreachable");
    expect(server.requests.join("")).toBe("");
  });

  test("a server that speaks no TLS is unreachable", async () => {
    using server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
    const url = `https://127.0.0.1:${server.port}/`;
    expect(await outboundFaultOf(url, {}, { mayBePrivate: true })).toBe("unreachable");
  });
});

describe("the environment", () => {
  const program = `
    const { createHttpClient } = await import("${join(import.meta.dirname, "../../src/platform/http-client/http-client.ts")}");
    const request = { url: process.argv[1], method: "GET", mayBePrivate: true };
    const answer = await createHttpClient().send(request).then(({ status }) => status, ({ fault }) => fault);
    console.log(answer);`;

  async function run(url: string, environment: Record<string, string>): Promise<string> {
    const child = Bun.spawn([process.execPath, "-e", program, url], {
      env: { PATH: process.env["PATH"] ?? "", ...environment },
      stdout: "pipe",
      stderr: "pipe",
    });
    return (await outputOf(child)).stdout.trim();
  }

  test("names no proxy for these requests", async () => {
    await using server = await startServer();
    await using proxy = await startServer();
    const address = `http://127.0.0.1:${proxy.port}`;
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [
      name,
      name.toLowerCase(),
    ]);
    const environment = Object.fromEntries(names.map((name) => [name, address]));
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await run(url, { ...environment, NODE_USE_ENV_PROXY: "1" })).toBe("200");
    expect(proxy.requests).toEqual([]);
  });

  test("cannot turn off the verification of certificates", async () => {
    await using server = await startServer({ tls });
    const url = `https://localhost:${server.port}/`;
    expect(await run(url, { NODE_TLS_REJECT_UNAUTHORIZED: "0" })).toBe("unreachable");
  });

  test("may name further authorities, for issuers in a private network", async () => {
    await using server = await startServer({ tls });
    const file = join(process.env["TMPDIR"] ?? "/tmp", `authority-${server.port}.pem`);
    await Bun.write(file, TEST_CERTIFICATE);
    const url = `https://localhost:${server.port}/`;
    expect(await run(url, { NODE_EXTRA_CA_CERTS: file })).toBe("200");
    await Bun.file(file).delete();
  });
});
