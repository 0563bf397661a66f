import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

import { sql } from "drizzle-orm";
import { findAddressError } from "../../src/platform/db/connection/address-error.ts";
import { findDatabaseFault } from "../../src/platform/db/errors.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import {
  createDebianPostgres,
  type DebianPostgres,
  findDebianPostgres,
  writeForPostgres,
} from "../support/debian-postgres.ts";
import { describeWhere } from "../support/installed-program.ts";
import { quietLog } from "../support/quiet-log.ts";
import { createTestAuthority, type TestAuthority } from "../support/test-authority.ts";

setDefaultTimeout(60_000);

const access = `
hostssl all certified all cert
hostssl all encrypted all scram-sha-256
hostnossl all encrypted all reject
hostssl all clear all password
hostssl all hashed all md5
host all all all scram-sha-256
`;

describeWhere("a Postgres with TLS", await findDebianPostgres(), (programs) => {
  let authority: TestAuthority;
  let client: { key: string; certificate: string };
  let server: DebianPostgres;
  let bare: DebianPostgres;

  beforeAll(async () => {
    authority = await createTestAuthority();
    client = await authority.issue("certified");
    server = await createDebianPostgres(programs, { access });
    bare = await createDebianPostgres(programs, { access: "host all all all scram-sha-256\n" });
    await startWith("sha256", null);
    await bare.start();
    for (const each of [server, bare]) {
      await each.sql("create user plain password 'p@ss/word'");
      await each.sql("create database gate owner plain");
    }
    await server.sql("create user encrypted password 'pw'; create user certified");
    await server.sql("create user clear password 'pw'");
    await server.sql("set password_encryption = md5; create user hashed password 'pw'");
  });

  afterAll(async () => {
    await server.remove();
    await bare.remove();
    await authority[Symbol.asyncDispose]();
  });

  /** Starts it with a certificate for the name localhost, which is signed with this hash. */
  async function startWith(hash: string, key: string | null): Promise<void> {
    const issued = await authority.issue("localhost", {
      alternativeNames: "DNS:localhost",
      hash,
      ...(key === null ? {} : { key }),
    });
    const inside = (name: string): string => join(server.directory, name);
    await writeForPostgres(inside("server.key"), await authority.read(issued.key));
    await writeForPostgres(inside("server.crt"), await authority.read(issued.certificate));
    await writeForPostgres(inside("ca.crt"), await authority.read(authority.certificate));
    await server.start({ ssl: "on", ssl_ca_file: "ca.crt" });
  }

  /** Connects as the service does, and gives what the server knows of the connection, or the reason why there is none. */
  async function connect(
    query: string,
    { user = "plain:p%40ss%2Fword", host = "localhost", to = server } = {},
  ): Promise<string> {
    const database = createPostgresDatabase({
      url: `postgres://${user}@${host}:${to.port}/gate?${query}`,
      poolSize: 1,
      timeoutSeconds: 5,
      applicationName: "gatehouse",
      log: quietLog,
    });
    try {
      const rows = await database.db.execute(
        sql`select ssl, version, application_name from pg_stat_ssl join pg_stat_activity using (pid) where pid = pg_backend_pid()`,
      );
      const [row] = Array.isArray(rows) ? rows : [];
      return `${row.ssl ? row.version : "no TLS"} ${row.application_name}`;
    } catch (error) {
      return findAddressError(error)?.message ?? findDatabaseFault(error)?.sqlState ?? "no reason";
    } finally {
      await database.close();
    }
  }

  const tls = "TLSv1.3 gatehouse";
  const plain = "no TLS gatehouse";

  test("each sslmode encrypts and verifies as libpq's", async () => {
    const ca = `sslrootcert=${encodeURIComponent(authority.certificate)}`;
    const accepted: [string, string][] = [
      ["", tls],
      ["sslmode=disable", plain],
      ["sslmode=allow", tls],
      ["sslmode=prefer", tls],
      ["sslmode=require", tls],
      [`sslmode=require&${ca}`, tls],
      [`sslmode=verify-ca&${ca}`, tls],
      [`sslmode=verify-full&${ca}`, tls],
      [`sslmode=verify-full&${ca}&hostaddr=127.0.0.1&application_name=auth`, "TLSv1.3 auth"],
      ["sslmode=require&ssl_max_protocol_version=TLSv1.2", "TLSv1.2 gatehouse"],
      ["options=-capplication_name%3Dx&target_session_attrs=read-write", tls],
      ["target_session_attrs=primary&connect_timeout=3&keepalives_idle=10", tls],
    ];
    for (const [query, outcome] of accepted) {
      expect([query, await connect(query)]).toEqual([query, outcome]);
    }
    const byAddress = { host: "127.0.0.1" };
    expect(await connect(`sslmode=verify-ca&${ca}`, byAddress)).toBe(tls);
    expect(await connect(`sslmode=verify-full&${ca}`, byAddress)).toContain("for another name");
  });

  test("what is wrong with TLS is said with what to do", async () => {
    const other = await createTestAuthority();
    const wrong = `sslrootcert=${encodeURIComponent(other.certificate)}`;
    for (const query of [
      "sslmode=verify-full",
      "sslmode=verify-ca",
      "sslrootcert=system",
      `sslmode=verify-ca&${wrong}`,
      `sslmode=require&${wrong}`,
    ]) {
      expect([query, await connect(query)]).toEqual([
        query,
        expect.stringContaining("set sslrootcert to the file"),
      ]);
    }
    expect(await connect("sslmode=verify-ca&sslrootcert=/no/such/file")).toBe(
      "the file of the parameter sslrootcert in the database URL cannot be read",
    );
    await other[Symbol.asyncDispose]();
    expect(await connect("sslmode=require", { to: bare })).toContain("switch TLS on there");
    expect(await connect("sslmode=prefer", { to: bare })).toBe(plain);
    expect(await connect("", { to: bare })).toBe(plain);
  });

  test("a client certificate takes the place of the password", async () => {
    const { key, certificate } = client;
    const user = "certified";
    const keys = `sslcert=${encodeURIComponent(certificate)}&sslkey=${encodeURIComponent(key)}`;
    expect(await connect(`sslmode=require&${keys}`, { user })).toBe(tls);
    expect(await connect("sslmode=require", { user })).toBe("28000");
    const mixed = `sslcert=${encodeURIComponent(certificate)}&sslkey=${encodeURIComponent(authority.certificate)}`;
    expect(await connect(`sslmode=require&${mixed}`, { user })).toContain("sslkey");
    expect(await connect("sslmode=disable", { user: "encrypted:pw" })).toBe("28000");
  });

  // The server compares its own certificate with what the password proof names: a wrong hash is refused.
  test("channel binding is used, and required where it is asked for", async () => {
    const rsa = "-newkey rsa:2048";
    for (const [hash, key] of [
      ["sha256", null],
      ["sha384", null],
      ["sha512", rsa],
      ["sha256", rsa],
    ] as const) {
      await server.end("SIGINT");
      await startWith(hash, key);
      for (const binding of ["require", "prefer", "disable"]) {
        const query = `sslmode=require&channel_binding=${binding}`;
        expect([hash, query, await connect(query)]).toEqual([hash, query, tls]);
      }
    }
    const required = "sslmode=require&channel_binding=require";
    for (const user of ["clear:pw", "hashed:pw"]) {
      expect(await connect("sslmode=require", { user })).toBe(tls);
      expect(await connect(required, { user })).toContain("offers no channel binding");
    }
    expect(await connect("channel_binding=require", { to: bare })).toContain("no channel binding");
    expect(await connect(required, { user: "plain:wrong" })).toBe("28P01");
  });

  // What docs/postgres.md asks for.
  test("a user who may create in the database and its schema may migrate it", async () => {
    await bare.sql("create user granted password 'pw'");
    await bare.sql("create database other");
    await bare.sql("grant connect, create on database other to granted");
    await bare.sql("grant usage, create on schema public to granted", "other");
    const database = createPostgresDatabase({
      url: `postgres://granted:pw@localhost:${bare.port}/other`,
      poolSize: 1,
      timeoutSeconds: 5,
      applicationName: "gatehouse",
      log: quietLog,
    });
    await database.open();
    await database.close();
    expect(
      await bare.sql("select extname from pg_extension where extname = 'pg_trgm'", "other"),
    ).toBe("pg_trgm");
  });

  test("a Unix socket and its directory are reached by both forms", async () => {
    const directory = join(bare.directory, "..");
    const given = {
      percent: `postgres://plain@${encodeURIComponent(directory)}:${bare.port}/gate?sslmode=verify-full`,
      parameter: `postgres://plain@/gate?host=${directory}&port=${bare.port}`,
    };
    for (const url of Object.values(given)) {
      const database = createPostgresDatabase({
        url,
        poolSize: 1,
        timeoutSeconds: 5,
        applicationName: "gatehouse",
        log: quietLog,
      });
      await database.ping(5);
      await database.close();
    }
  });
});
