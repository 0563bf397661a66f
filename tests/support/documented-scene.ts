import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

import { outputOf } from "./child-output.ts";
import { createMigratedHome, type Home } from "./executable-home.ts";
import { executablePath, runGatehouse, type ServerProcess, startGatehouse } from "./executable.ts";
import { goodPassword } from "./journey.ts";
import { mailFileTo } from "./mail-files.ts";
import { inheritedEngineOptions } from "./short-lived-process.ts";
import { findSparePort } from "./spare-port.ts";

/** A directory with a running server in which the commands of a page run, as in the terminal of its reader. */
export interface DocumentedScene extends AsyncDisposable {
  readonly home: Home;
  readonly server: ServerProcess;
  /** Runs lines in bash; `failed` has each command with an exit code other than 0, or an HTTP error. */
  run(lines: string): Promise<{ stdout: string; stderr: string; failed: string[] }>;
  /** The last value of a member of a JSON response that a command got. Throws where none had it. */
  lastOf(member: string): Promise<string>;
}

/** What the reader does outside the terminal, for the command `reader NAME VALUE`, which prints the result. */
export type ReaderSteps = Readonly<
  Record<string, (scene: DocumentedScene, value: string) => Promise<string>>
>;

/** How a scene is made. */
export interface DocumentedSceneOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Whether curl fails for an HTTP error; by default it does. */
  readonly isStrict?: boolean;
  readonly steps?: ReaderSteps;
}

/** Fails for a response that says so, which curl alone does only on request. Each response is also a line of `responses`. */
const strictCurl = `#!/bin/sh
export PATH="$REAL_PATH"
response=$(mktemp)
curl --fail-with-body --show-error "$@" > "$response"
code=$?
cat "$response"
cat "$response" >> "$HOME/responses"
echo >> "$HOME/responses"
rm "$response"
exit $code
`;

const readerCommand = `#!/bin/sh
export PATH="$REAL_PATH"
exec curl -sS --fail-with-body --get --data-urlencode "value=$2" "$READER/$1"
`;

async function writeProgram(path: string, script: string): Promise<void> {
  await Bun.write(path, script);
  await chmod(path, 0o755);
}

/** Serves the steps of the reader to the command `reader`. */
function serveSteps(steps: ReaderSteps, scene: () => DocumentedScene) {
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      const step = steps[pathname.slice(1)];
      if (step === undefined) return new Response("no such step", { status: 404 });
      try {
        return new Response(await step(scene(), searchParams.get("value") ?? ""));
      } catch (error) {
        return new Response(String(error), { status: 500 });
      }
    },
  });
}

/** Starts it. `gatehouse` is in the PATH, and the port of the documentation is that of the server. */
export async function startDocumentedScene(
  options: DocumentedSceneOptions = {},
): Promise<DocumentedScene> {
  await using stack = new AsyncDisposableStack();
  const home = stack.use(await createMigratedHome("embedded"));
  const programs = join(home.cwd, "bin");
  await mkdir(programs);
  await symlink(executablePath, join(programs, "gatehouse"));
  if (options.isStrict !== false) await writeProgram(join(programs, "curl"), strictCurl);
  await writeProgram(join(programs, "reader"), readerCommand);
  // What a page promises depends neither on the cost of a hash nor on the speed of the machine.
  const port = String(await findSparePort());
  const settings = {
    BCRYPT_COST: "10",
    DATABASE_TIMEOUT: "30s",
    PORT: port,
    PUBLIC_URL: `http://localhost:${port}`,
    ...options.settings,
  };
  const server = stack.use(await startGatehouse({ cwd: home.cwd, settings }));
  const steps = serveSteps(options.steps ?? {}, () => scene);
  stack.defer(() => steps.stop(true));
  const kept = stack.move();
  const real = process.env["PATH"] ?? "";
  const scene: DocumentedScene = {
    home,
    server,
    async lastOf(member) {
      const text = await Bun.file(join(home.cwd, "responses")).text();
      const values = [...text.matchAll(new RegExp(`"${member}":\\[?"([^"]+)"`, "g"))];
      const [, value] = values.at(-1) ?? [];
      if (value === undefined) throw new Error(`no response has ${member}: ${text}`);
      return value;
    },
    async run(lines) {
      const here = lines.replaceAll("localhost:8000", `localhost:${new URL(server.url).port}`);
      const failures = join(home.cwd, "failures");
      const child = Bun.spawn(
        [
          "bash",
          "-c",
          `set -E; trap 'printf "%s\\n" "$BASH_COMMAND" >> "${failures}"' ERR\n${here}`,
        ],
        {
          cwd: home.cwd,
          env: {
            ...inheritedEngineOptions(),
            ...settings,
            HOME: home.cwd,
            READER: steps.url.origin,
            REAL_PATH: real,
            PATH: `${programs}:${real}`,
          },
          stdin: "ignore",
          stdout: "pipe",
          stderr: "pipe",
          timeout: 240_000,
        },
      );
      const { stdout, stderr } = await outputOf(child);
      const failed = await Bun.file(failures)
        .text()
        .catch(() => "");
      return { stdout, stderr, failed: failed.split("\n").filter((line) => line !== "") };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
  return scene;
}

/** The users, tokens and client that pages assume, as lines that set their variables. `$ACCESS_TOKEN` is of this user. */
export async function documentedVariables(
  { home, server }: DocumentedScene,
  reader: "ada" | "admin",
): Promise<string> {
  const cwd = home.cwd;
  const signIn = async (email: string) => {
    const signedIn = await server.post("/api/v1/auth/login", { email, password: goodPassword });
    if (signedIn.status !== 200) throw new Error(signedIn.text);
    return signedIn.json.data;
  };
  await server.post("/api/v1/auth/register", {
    email: "ada@example.com",
    username: "ada",
    password: goodPassword,
  });
  const { token } = await mailFileTo(home.dataDirectory, "ada@example.com");
  await server.post("/api/v1/auth/verify-email", { token });
  const input = goodPassword;
  const command = ["create-admin", "--email", "admin@example.com", "--password-stdin"];
  await runGatehouse(command, { cwd, input });
  const [other, ada, admin] = [
    await signIn("ada@example.com"),
    await signIn("ada@example.com"),
    await signIn("admin@example.com"),
  ];
  const validated = await server.post("/api/v1/auth/validate-token", { token: other.access_token });
  const bearer = admin.access_token;
  const client = await server.call("POST", "/api/v1/clients", { json: { name: "first" }, bearer });
  const variables = {
    ACCESS_TOKEN: (reader === "ada" ? ada : admin).access_token,
    REFRESH_TOKEN: ada.refresh_token,
    ADMIN: bearer,
    TOKEN: other.access_token,
    ID: ada.user_id,
    SESSION_ID: validated.json.data.session_id,
    CLIENT_ID: client.json.data.client.client_id,
    CLIENT_SECRET: client.json.data.client_secret,
    PASSWORD: goodPassword,
  };
  return Object.entries(variables)
    .map(([name, value]) => `${name}='${String(value)}'\n`)
    .join("");
}
