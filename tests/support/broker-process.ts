import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.ts";

/** A broker as a process of its own, with a directory of its own. Disposing of it ends it and removes that. */
export interface BrokerProcess extends AsyncDisposable {
  readonly port: number;
  /** Ends the process in the ordinary way; its data stays. */
  stop(): Promise<void>;
  /** Starts it again on the same port, with the data that it had. */
  start(): Promise<void>;
  /** From now on the process does nothing, while its connections stay open. */
  freeze(): Promise<void>;
  thaw(): void;
}

/** How a broker is run. */
export interface BrokerProgram {
  readonly port: number;
  command(directory: string): Promise<readonly string[]>;
  environment?(directory: string): Readonly<Record<string, string>>;
  /** Whether it takes connections with credentials now. */
  isReady(): Promise<boolean>;
}

const startSeconds = 60;

/** Starts a broker and waits until it is ready. Throws with what it printed when it ends instead. */
export async function startBroker(program: BrokerProgram): Promise<BrokerProcess> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-broker-"));
  await chmod(directory, 0o700);
  let child: Bun.Subprocess | null = null;
  let watcher: Bun.Subprocess | null = null;

  async function start(): Promise<void> {
    const output = join(directory, "output");
    const started = Bun.spawn([...(await program.command(directory))], {
      cwd: directory,
      env: { PATH: process.env["PATH"], HOME: directory, ...program.environment?.(directory) },
      stdio: ["ignore", Bun.file(output), Bun.file(output)],
      // A group of its own: some brokers are several processes.
      detached: true,
    });
    child = started;
    watcher = watchOver(started.pid, directory);
    await eventually(
      async () => started.exitCode !== null || (await program.isReady().catch(() => false)),
      (isSettled) => isSettled,
      startSeconds,
    );
    if (started.exitCode !== null)
      throw new Error(`the broker ended: ${await Bun.file(output).text()}`);
  }

  function signalAll(signal: NodeJS.Signals): void {
    if (child !== null && child.exitCode === null) process.kill(-child.pid, signal);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    signalAll("SIGCONT");
    signalAll(signal);
    await child?.exited;
    watcher?.kill("SIGKILL");
    await watcher?.exited;
  }

  try {
    await start();
  } catch (error) {
    await end("SIGKILL");
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  return {
    port: program.port,
    start,
    stop: () => end("SIGTERM"),
    async freeze() {
      signalAll("SIGSTOP");
      // Its threads stop one after the other.
      await eventually(
        () => areStopped(child?.pid ?? 0),
        (stopped) => stopped,
      );
    },
    thaw: () => signalAll("SIGCONT"),
    async [Symbol.asyncDispose]() {
      await end("SIGKILL");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Ends a group of processes and removes its directory when this process ends without doing so: its end closes the pipe. */
function watchOver(group: number, directory: string): Bun.Subprocess {
  const script = 'read -r _; kill -s KILL -- "-$1"; rm -rf -- "$2"';
  return Bun.spawn(["/bin/sh", "-c", script, "sh", String(group), directory], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
}

/** Whether all processes of a group are stopped. */
async function areStopped(group: number): Promise<boolean> {
  const states: string[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
    const [state = "", , processGroup] = line.slice(line.lastIndexOf(")") + 2).split(" ");
    if (Number(processGroup) === group) states.push(state);
  }
  return states.length > 0 && states.every((state) => state === "T" || state === "Z");
}
