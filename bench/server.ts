import { createHome, type Home } from "../tests/support/executable-home.ts";
import type { DatabaseKind } from "../tests/support/databases.ts";
import { type ServerProcess, startGatehouse } from "../tests/support/executable.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";

/** The executable at work, and what it works in. */
export interface BenchServer extends AsyncDisposable {
  readonly home: Home;
  readonly server: ServerProcess;
}

/** What stands between the measured processes and their database, and the settings by which they use it. */
export interface Before extends AsyncDisposable {
  readonly settings: Record<string, string>;
}

/** Puts something before the database of this address. */
export type PutBefore = (databaseUrl: string) => Promise<Before>;

/** Settings of every measured process: those of production, but without mails. */
export const benchSettings = {
  ENVIRONMENT: "production",
  PUBLIC_URL: "http://localhost:8000",
  JWT_SECRET_KEY: "9f1c64e2ab07d8530e7b91f4c26ad3587be0194fd63c82a5471e90bc5d28f36a",
  REQUIRE_EMAIL_VERIFICATION: "false",
  MAIL_TRANSPORT: "none",
  LOG_LEVEL: "warn",
  RATE_LIMITS_ENABLED: "false",
};

/** Starts the executable, or another build of it, on an empty, migrated database. */
export async function startBenchServer(
  kind: DatabaseKind,
  settings: Record<string, string> = {},
  executable?: string,
  putBefore?: PutBefore,
): Promise<BenchServer> {
  const home = await createHome(kind);
  const before = await putBefore?.(home.settings["DATABASE_URL"] ?? "");
  const server = await start(home, { ...settings, ...before?.settings }, executable);
  return {
    home,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await before?.[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** Several processes of the executable on one Postgres. */
export interface BenchReplicas extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly servers: readonly ServerProcess[];
}

/** Starts the executable on an empty database once for each name, which its connections to the database bear. */
export async function startBenchReplicas(
  names: readonly string[],
  settings: Record<string, string> = {},
  putBefore?: PutBefore,
): Promise<BenchReplicas> {
  const home = await createHome("postgres");
  const before = await putBefore?.(home.settings["DATABASE_URL"] ?? "");
  const given = { ...settings, ...before?.settings };
  const servers: ServerProcess[] = [];
  for (const name of names) servers.push(await start(home, { ...given, SERVICE_NAME: name }));
  return {
    databaseUrl: home.settings["DATABASE_URL"] ?? "",
    servers,
    async [Symbol.asyncDispose]() {
      for (const server of servers) await server[Symbol.asyncDispose]();
      await before?.[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

function start(
  home: Home,
  settings: Record<string, string>,
  executable?: string,
): Promise<ServerProcess> {
  // `startGatehouse` learns the port from the line that says so.
  const given = { ...home.settings, ...benchSettings, ...settings, LOG_LEVEL: "info" };
  return startGatehouse({ ...home, settings: given, ...(executable ? { executable } : {}) });
}

/** Makes an account that may sign in. */
export async function register(
  server: ServerProcess,
): Promise<{ email: string; password: string }> {
  const user = { email: freshEmail(), password: goodPassword };
  const { status, text } = await server.post("/api/v1/auth/register", user);
  if (status !== 201) throw new Error(`register: ${status} ${text}`);
  return user;
}

/** A session's tokens. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** Signs in. */
export async function signIn(
  server: ServerProcess,
  user: { email: string; password: string },
): Promise<Tokens> {
  return tokensOf(await server.post("/api/v1/auth/login", user));
}

/** The tokens that a sign-in or a refresh answered. Throws when it did not succeed. */
export function tokensOf({ status, text }: { status: number; text: string }): Tokens {
  const [access, refresh] = ["access_token", "refresh_token"].map(
    (name) => new RegExp(`"${name}":"([^"]+)"`).exec(text)?.[1],
  );
  if (status !== 200 || access === undefined || refresh === undefined) {
    throw new Error(`no tokens: ${status} ${text}`);
  }
  return { access, refresh };
}

/** A process's resident memory, in MB. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

/** The processor time that a process has taken so far, in seconds; 0 for one that has ended. */
export async function processorSeconds(pid: number): Promise<number> {
  const line = await Bun.file(`/proc/${pid}/stat`)
    .text()
    .catch(() => "");
  // After the name in brackets, which may hold anything: the 12th and 13th are user and system time.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const ticksPerSecond = 100;
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond;
}
