import { createHome, type Home } from "../tests/support/executable-home.ts";
import type { DatabaseKind } from "../tests/support/databases.ts";
import { type ServerProcess, startGatehouse } from "../tests/support/executable.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";

/** The executable at work, and what it works in. */
export interface BenchServer extends AsyncDisposable {
  readonly home: Home;
  readonly server: ServerProcess;
}

/** Settings of every measured process: those of production, but nobody waits for a mail. */
export const benchSettings = {
  ENVIRONMENT: "production",
  PUBLIC_URL: "http://localhost:8000",
  JWT_SECRET_KEY: "9f1c64e2ab07d8530e7b91f4c26ad3587be0194fd63c82a5471e90bc5d28f36a",
  REQUIRE_EMAIL_VERIFICATION: "false",
  MAIL_TRANSPORT: "none",
  LOG_LEVEL: "warn",
};

/** Starts the executable on an empty, migrated database. */
export async function startBenchServer(kind: DatabaseKind): Promise<BenchServer> {
  const home = await createHome(kind);
  // `startGatehouse` learns the port from the line that says so.
  const settings = { ...home.settings, ...benchSettings, LOG_LEVEL: "info" };
  const server = await startGatehouse({ ...home, settings });
  return {
    home,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
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

/** Signs in and gives the access token. */
export async function logIn(
  server: ServerProcess,
  user: { email: string; password: string },
): Promise<string> {
  const { status, text } = await server.post("/api/v1/auth/login", user);
  const token = /"access_token":"([^"]+)"/.exec(text)?.[1];
  if (status !== 200 || token === undefined) throw new Error(`login: ${status}`);
  return token;
}

/** A process's resident memory, in MB. */
export async function residentMegabytes(pid: number): Promise<number> {
  const status = await Bun.file(`/proc/${pid}/status`).text();
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
