// `bun run fuzz [--seed N] [--cases N]`: sends 10,000 requests, made from the OpenAPI document, to the executable: valid and altered
// values for every operation, by every kind of sender. Exit code 1 if a response is a fault. The same seed makes the same requests.
import { parseArgs } from "node:util";

import { createHome } from "../tests/support/executable-home.ts";
import { runGatehouse, type ServerProcess, startGatehouse } from "../tests/support/executable.ts";
import { freshEmail } from "../tests/support/journey.ts";
import { operationsOf } from "../tests/support/operations.ts";
import { startPostgresServer } from "../tests/support/postgres-server.ts";
import { runFuzz } from "../tests/support/run-fuzz.ts";
import { tokensOf } from "./server.ts";
import { textOf } from "./text-of.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, cases: { type: "string", default: "10000" } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const cases = Number(values.cases);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(cases)) throw new Error("whole numbers");
const callers = 8;
/** After so many requests the senders sign in again: a request may have ended their sessions. */
const casesOfSession = 250;
const password = "Another-good-one-1!";
const settings = {
  ENVIRONMENT: "test",
  PUBLIC_URL: "http://localhost:8000",
  JWT_SECRET_KEY: "9f1c64e2ab07d8530e7b91f4c26ad3587be0194fd63c82a5471e90bc5d28f36a",
  BCRYPT_COST: "4",
  LOGIN_QUEUE: "1000",
  MAIL_TRANSPORT: "none",
  REQUIRE_EMAIL_VERIFICATION: "false",
  RATE_LIMITS_ENABLED: "false",
  CLIENT_REGISTRATION: "open",
  LOG_LEVEL: "info",
};

const database = await startPostgresServer();
// Where the support of the tests looks for a server.
process.env["TEST_DATABASE_URL"] = database.url;
let hasFaults = true;
try {
  hasFaults = await fuzz();
} finally {
  await database.stop();
}
process.exit(hasFaults ? 1 : 0);

async function fuzz(): Promise<boolean> {
  await using home = await createHome("postgres");
  const options = { cwd: home.cwd, settings: { ...home.settings, ...settings } };
  await using server = await startGatehouse(options);
  const { operations, schemas } = operationsOf((await server.call("GET", "/openapi.json")).json);
  const admin = { email: freshEmail(), password };
  const input = { ...options, input: password };
  await runGatehouse(["create-admin", "--email", admin.email, "--password-stdin"], input);
  const user = await registerUser(server, "fuzzed");
  const other = await registerUser(server, "another");
  const bearer = await signInAs(server, admin);
  const create = (path: string, json: object) => server.call("POST", path, { json, bearer });
  const client = await create("/api/v1/clients", { name: "a service" });
  const post = await create("/api/v1/posts", { post_data: "Content" });
  const clientId = textOf(client, "data", "client", "client_id");
  const clientSecret = textOf(client, "data", "client_secret");
  const session = await server.post("/api/v1/auth/login", { email: user.email, password });
  const tokens = tokensOf(session);
  const known = new Map([
    ["email", user.email],
    ["password", password],
    ["token", tokens.access],
    ["refresh_token", tokens.refresh],
    ["post_id", textOf(post, "data", "post_id")],
    ["/api/v1/users/{id} id", other.userId],
    ["/api/v1/users/{id}/sessions id", other.userId],
    ["/api/v1/users/{id}/roles id", other.userId],
    // A request with the right password would delete the user.
    ["/api/v1/users/me password", "Not-that-password-1!"],
    ["/api/v1/auth/register email", freshEmail()],
    ["/oauth/token grant_type", "password"],
    ["/oauth/token username", user.email],
    ["client_id", clientId],
  ]);
  console.log(`seed ${seed}, ${cases} cases, ${operations.length} operations`);
  const statuses: Record<number, number> = {};
  const faults: string[] = [];
  for (let done = 0; done < cases; done += casesOfSession) {
    const authorizations = {
      user: `Bearer ${await signInAs(server, user)}`,
      admin: `Bearer ${await signInAs(server, admin)}`,
      client: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
    };
    const result = await runFuzz({
      described: { operations, schemas },
      known,
      seed: seed + done,
      cases: Math.min(casesOfSession, cases - done),
      callers,
      authorizations: () => authorizations,
      send: server.call,
      secrets: [password, settings.JWT_SECRET_KEY, clientSecret],
    });
    for (const [status, count] of Object.entries(result.statuses))
      statuses[Number(status)] = (statuses[Number(status)] ?? 0) + count;
    faults.push(...result.faults.map((fault) => `seed ${seed + done}, ${fault}`));
  }
  const health = await server.call("GET", "/health/ready");
  if (health.status !== 200) faults.push(`not healthy at the end: ${health.status}`);
  for (const line of server.output.stdout.split("\n"))
    if (line.includes('"level":"error"')) faults.push(`logged: ${line.slice(0, 500)}`);
  console.log(`responses by status: ${JSON.stringify(statuses)}`);
  for (const fault of faults) console.log(fault);
  console.log(faults.length === 0 ? "no fault" : `${faults.length} faults`);
  return faults.length > 0;
}

async function registerUser(server: ServerProcess, username: string) {
  const user = { email: freshEmail(), password };
  const answer = await server.post("/api/v1/auth/register", { ...user, username });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`);
  return { ...user, userId: textOf(answer, "data", "user_id") };
}

async function signInAs(server: ServerProcess, { email }: { email: string }): Promise<string> {
  return tokensOf(await server.post("/api/v1/auth/login", { email, password })).access;
}
