import { existsSync } from "node:fs";
import { join } from "node:path";

import { type Finished, outputOf } from "./child-output.ts";
import { type Answer, type Call, callServer } from "./http-call.ts";
import { inheritedEngineOptions } from "./short-lived-process.ts";

/** The program under test, as `bun run build` leaves it. */
export const executablePath = join(import.meta.dir, "../../dist/gatehouse");

if (!existsSync(executablePath)) {
  throw new Error(`${executablePath} is missing: \`bun run build\` makes it`);
}

/** How the program is run: where, with which environment and nothing else of ours, and what it reads. */
export interface RunOptions {
  readonly cwd: string;
  readonly settings?: Record<string, string>;
  readonly input?: string;
  /** Put before the program's own path, such as `unshare`. */
  readonly wrapper?: readonly string[];
  /** Another build of the program; default `executablePath`. */
  readonly executable?: string;
}

/** Runs a command to its end. */
export async function runGatehouse(
  commandLine: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  const program = options.executable ?? executablePath;
  const child = Bun.spawn([...(options.wrapper ?? []), program, ...commandLine], {
    cwd: options.cwd,
    env: { ...inheritedEngineOptions(), ...options.settings },
    stdin: new Blob([options.input ?? ""]),
    stdout: "pipe",
    stderr: "pipe",
  });
  return outputOf(child);
}

/** The same for a command that has to succeed before something else is tested: throws with its output if it does not. */
export async function runSuccessfully(
  commandLine: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  const finished = await runGatehouse(commandLine, options);
  const { exitCode, stdout, stderr } = finished;
  if (exitCode === 0) return finished;
  throw new Error(`${commandLine.join(" ")} ended with ${exitCode}: ${stdout}${stderr}`);
}

/** A serving process. Disposing of it kills it. */
export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Everything printed so far. */
  readonly output: { stdout: string; stderr: string };
  call(method: string, path: string, call?: Call): Promise<Answer>;
  post(path: string, json: unknown): Promise<Answer>;
  signal(name: NodeJS.Signals): void;
  /** Asks it to stop, as Ctrl-C does, and gives the exit code. */
  stop(): Promise<number>;
  /** The exit code, once it has ended. */
  readonly exited: Promise<number>;
}

/** The line that says that it serves, and at which address: with `LOG_FORMAT=json`, or with `pretty`, where it comes first. */
const servingLine =
  /"url":"(?<url>[^"]+)".*"msg":"serving"|serving\S*\s+\S*url\S*: "(?<url>[^"]+)"/;

/** Starts the server on a spare port and waits until it says that it serves. Throws with its output when it ends instead. */
export async function startGatehouse(options: RunOptions): Promise<ServerProcess> {
  const child = Bun.spawn([...(options.wrapper ?? []), options.executable ?? executablePath], {
    cwd: options.cwd,
    env: { PORT: "0", ...inheritedEngineOptions(), ...options.settings },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const output = { stdout: "", stderr: "" };
  const serving = Promise.withResolvers<string>();
  const collect = async (name: "stdout" | "stderr"): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of child[name]) {
      output[name] += decoder.decode(chunk, { stream: true });
      const found = servingLine.exec(output.stdout);
      if (found?.groups?.["url"]) serving.resolve(found.groups["url"]);
    }
  };
  void Promise.all([collect("stdout"), collect("stderr")]).then(() =>
    serving.reject(new Error(`it ended: ${output.stdout}${output.stderr}`)),
  );
  const url = await serving.promise;

  return {
    url,
    pid: child.pid,
    output,
    exited: child.exited,
    call: (method, path, call) => callServer(url, method, path, call),
    post: (path, json) => callServer(url, "POST", path, { json }),
    signal: (name) => child.kill(name),
    stop() {
      child.kill("SIGINT");
      return child.exited;
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
    },
  };
}
