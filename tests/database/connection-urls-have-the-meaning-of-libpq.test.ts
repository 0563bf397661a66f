import { describe, expect, test } from "bun:test";

import {
  findUrlProblems,
  isConnectionUrl,
  parseConnectionUrl,
  redactConnectionUrl,
} from "../../src/platform/db/connection/parse-url.ts";
import { isConnectionVerified } from "../../src/platform/config/database-tls.ts";
import { load } from "../config/load.ts";

const tcp = (name: string, port = 5432, address = name) => ({ name, address, port });

describe("hosts", () => {
  const forms: [string, object[]][] = [
    ["postgres://u:p@db.internal/d", [tcp("db.internal")]],
    ["postgresql://u:p@db.internal:6543/d", [tcp("db.internal", 6543)]],
    ["postgres:///d", [tcp("localhost")]],
    ["postgres://u@[2001:db8::7]:5433/d", [tcp("2001:db8::7", 5433)]],
    ["postgres://u:p@h1:5432,h2:5433/d", [tcp("h1", 5432), tcp("h2", 5433)]],
    ["postgres://u:p@h1,h2,h3:7/d", [tcp("h1"), tcp("h2"), tcp("h3", 7)]],
    ["postgres:///d?host=h1,h2&port=1,2", [tcp("h1", 1), tcp("h2", 2)]],
    ["postgres:///d?host=h1,h2&port=9", [tcp("h1", 9), tcp("h2", 9)]],
    ["postgres://db.internal/d?hostaddr=10.0.0.7", [tcp("db.internal", 5432, "10.0.0.7")]],
    [
      "postgres:///d?host=/var/run/postgresql",
      [{ name: "/var/run/postgresql", address: "/var/run/postgresql/.s.PGSQL.5432", port: null }],
    ],
    [
      "postgres://u@%2Fvar%2Frun%2Fpostgresql:5433/d",
      [{ name: "/var/run/postgresql", address: "/var/run/postgresql/.s.PGSQL.5433", port: null }],
    ],
  ];

  test.each(forms)("%s", (url, hosts) => {
    expect(parseConnectionUrl(url).hosts).toEqual(hosts as never);
  });

  const malformed = [
    "postgres://h1:5432,h2:x/d",
    "postgres://h:0/d",
    "postgres://h:70000/d",
    "postgres:///d?host=h1,h2&port=1,2,3",
    "postgres://h/d?hostaddr=not-an-address",
    "postgres://u:%zz@h/d",
    "postgres://u:p@h/d?a=%e0%a4%a",
    "host=localhost dbname=d",
  ];

  test.each(malformed)("%s is refused", (url) => {
    expect(isConnectionUrl(url)).toBe(false);
    expect(() => parseConnectionUrl(url)).toThrow();
  });
});

test("user, password and database are decoded, and parameters come before them", () => {
  const given = parseConnectionUrl("postgres://a%40b:p%2Fw%3A%25@h/d%20b");
  expect([given.user, given.password, given.database]).toEqual(["a@b", "p/w:%", "d b"]);
  const over = parseConnectionUrl("postgres://u:p@h/d?user=v&password=a+b%26&dbname=e");
  expect([over.user, over.password, over.database]).toEqual(["v", "a+b&", "e"]);
  const none = parseConnectionUrl("postgres://h");
  expect([none.user, none.password, none.database]).toEqual([null, "", null]);
});

// The string that Neon shows: it ended the start with SQLSTATE 42704, since the driver sent channel_binding to the server.
test("only settings of the server are sent to it", () => {
  const { startParameters, tls, channelBinding, ...rest } = parseConnectionUrl(
    "postgresql://u:p@ep-a-1.eu-central-1.aws.neon.tech/neondb?sslmode=require&channel_binding=require&connect_timeout=10&application_name=auth&options=-csearch_path%3Da+b&target_session_attrs=read-write&keepalives_idle=30",
  );
  expect(startParameters).toEqual({ options: "-csearch_path=a+b" });
  expect([tls.mode, channelBinding, rest.role]).toEqual(["require", "require", "read-write"]);
  expect([rest.connectTimeoutSeconds, rest.applicationName, rest.keepAliveSeconds]).toEqual([
    10,
    "auth",
    30,
  ]);
});

describe("sslmode", () => {
  const modes: [string, string, boolean][] = [
    ["", "prefer", false],
    ["?sslmode=disable", "disable", false],
    ["?sslmode=allow", "allow", false],
    ["?sslmode=prefer", "prefer", false],
    ["?sslmode=require", "require", false],
    ["?ssl=true", "require", false],
    ["?sslmode=require&sslrootcert=/ca.crt", "require", true],
    ["?sslmode=verify-ca", "verify-ca", false],
    ["?sslmode=verify-ca&sslrootcert=/ca.crt", "verify-ca", true],
    ["?sslmode=verify-full", "verify-full", true],
    ["?sslrootcert=system", "verify-full", true],
  ];

  test.each(modes)("%p is %s", (query, mode, isVerified) => {
    const url = `postgres://u:p@db.internal/d${query}`;
    expect(parseConnectionUrl(url).tls.mode).toBe(mode as never);
    expect(isConnectionVerified(url)).toBe(isVerified);
    expect(isConnectionVerified(`postgres://u:p@localhost/d${query}`)).toBe(true);
  });
});

// The failure: no warning of a connection without TLS to another machine, since its name is that of this one.
test("the address of hostaddr decides whether the server is this machine", () => {
  expect(isConnectionVerified("postgres://u:p@localhost/d?hostaddr=10.0.0.7")).toBe(false);
  expect(isConnectionVerified("postgres://u:p@db.internal/d?hostaddr=127.0.0.1")).toBe(true);
  expect(isConnectionVerified("postgres://u:p@db.internal/d?hostaddr=::1")).toBe(true);
});

describe("what is not supported is named, without its value", () => {
  const refused: [string, string][] = [
    ["target_session_attrs=standby", "target_session_attrs"],
    ["target_session_attrs=prefer-standby", "target_session_attrs"],
    ["target_session_attrs=secret-7", "target_session_attrs"],
    ["sslmode=secret-7", "sslmode"],
    ["ssl=secret-7", "ssl"],
    ["sslcrl=secret-7", "sslcrl"],
    ["service=secret-7", "service"],
    ["passfile=secret-7", "passfile"],
    ["require_auth=secret-7", "require_auth"],
    ["gssencmode=require", "gssencmode"],
    ["load_balance_hosts=random", "load_balance_hosts"],
    ["connect_timeout=secret-7", "connect_timeout"],
    ["channel_binding=secret-7", "channel_binding"],
    ["sslrootcert=system&sslmode=require", "sslrootcert"],
    ["sslmode=disable&channel_binding=require", "channel_binding"],
    ["sslnegotiation=direct", "sslnegotiation"],
    ["sslcert=secret-7", "sslkey"],
    ["pgbouncer=true", "DATABASE_DIRECT_URL"],
    ["connection_limit=5", "DATABASE_POOL_SIZE"],
    ["statement_timeouts=secret-7", "statement_timeouts"],
    ["sslmode=require&5secret-7=x", "a parameter, which libpq does not know"],
  ];

  test.each(refused)("%s", (query, words) => {
    const url = `postgres://u:p@h/d?${query}`;
    expect(isConnectionUrl(url)).toBe(true);
    const message = findUrlProblems(url).join("\n");
    expect(message).toContain(words);
    expect(message).not.toContain("secret-7");
    expect(() => parseConnectionUrl(url)).toThrow(words);
    for (const name of ["DATABASE_URL", "DATABASE_DIRECT_URL"]) {
      expect(() => load({ DATABASE_URL: "postgres://h/d", [name]: url })).toThrow(words);
    }
  });
});

test("the direct address needs the pooled one", () => {
  expect(() => load({ DATABASE_DIRECT_URL: "postgres://h/d" })).toThrow(
    "DATABASE_URL is required with DATABASE_DIRECT_URL",
  );
});

// security 125
test("a URL is shown without passwords, in whatever part they are", () => {
  const shown = [
    "postgres://u:pw-1@h1:5432,h2/d?sslpassword=pw-2&password=pw-3",
    "postgresql://u@h/d",
    "postgres:///d?host=/tmp",
  ].map(redactConnectionUrl);
  expect(shown).toEqual([
    "postgres://u:redacted@h1:5432,h2/d?redacted",
    "postgresql://u@h/d",
    "postgres:///d?redacted",
  ]);
});
