import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.ts";
import { findSparePort } from "./spare-port.ts";

/** A reverse proxy as an ordinary process, with a directory of its own. Disposing of it ends it and removes that. */
export interface ProxyProcess extends AsyncDisposable {
  readonly url: string;
}

/** How a proxy is run. `configure` gives its configuration's text, `command` what to run with that in a file. */
export interface ProxyProgram {
  configure(port: number, directory: string): Promise<string>;
  command(configurationPath: string, directory: string): readonly string[];
  /** The name of that file; `configuration` if left out. */
  readonly fileName?: string;
  /** Whether the proxy that listens has read its configuration; true if left out. */
  isReady?(url: string): Promise<boolean>;
}

/**
 * Starts a proxy on a spare port, or on this one, and waits until it accepts connections. Throws with what it printed when it
 * ends instead.
 */
export async function startProxy(
  program: ProxyProgram,
  chosenPort?: number,
): Promise<ProxyProcess> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-proxy-"));
  // Its workers may run as another user.
  await chmod(directory, 0o755);
  const port = chosenPort ?? (await findSparePort());
  const url = `http://127.0.0.1:${port}`;
  const configurationPath = join(directory, program.fileName ?? "configuration");
  await Bun.write(configurationPath, await program.configure(port, directory));
  const child = Bun.spawn([...program.command(configurationPath, directory)], {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  let printed = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) printed += decoder.decode(chunk, { stream: true });
  })();

  async function end(): Promise<void> {
    child.kill("SIGTERM");
    await child.exited;
    await reading;
    await rm(directory, { recursive: true, force: true });
  }

  try {
    await eventually(
      async () =>
        child.exitCode !== null ||
        ((await isListening(port)) && (program.isReady ? await program.isReady(url) : true)),
      (isSettled) => isSettled,
    );
    if (child.exitCode !== null) throw new Error(`the proxy ended: ${printed}`);
  } catch (error) {
    await end();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: end };
}

/** A text with every one of the given parts replaced. Throws where a part is missing: it would not be what is tested. */
export function replaceParts(text: string, parts: Readonly<Record<string, string>>): string {
  return Object.entries(parts).reduce((result, [part, replacement]) => {
    if (!result.includes(part)) throw new Error(`no ${JSON.stringify(part)} in the example`);
    return result.replaceAll(part, replacement);
  }, text);
}

async function isListening(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
    socket.end();
    return true;
  } catch {
    return false;
  }
}
