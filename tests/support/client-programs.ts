import { join } from "node:path";

import { type Finished, outputOf } from "./child-output.ts";
import type { CreatedClient } from "./client-by-command.ts";
import { downloadOnce } from "./download-once.ts";
import { eventually } from "./eventually.ts";
import { faultOf, findGoProgram } from "./go-program.ts";
import type { Found } from "./installed-program.ts";
import { findPythonLibraries } from "./python-libraries.ts";
import { findSparePort } from "./spare-port.ts";

const programs = join(import.meta.dir, "../gates/clients");

/** How a program of a library is run. */
export interface ClientProgram {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The libraries of `clients/authlib`, as a folder for PYTHONPATH. */
export function findAuthlib(): Promise<Found> {
  return findPythonLibraries(join(programs, "authlib/requirements.txt"));
}

/** Runs a program of `clients/authlib`. */
export function pythonProgram(libraries: string, file: string): ClientProgram {
  return {
    command: ["python3", join(programs, "authlib", file)],
    environment: { PYTHONPATH: libraries, PYTHONDONTWRITEBYTECODE: "1" },
  };
}

/** The compiled `clients/go-oidc`. */
export function findGoApplication(): Promise<Found> {
  return findGoProgram("go-oidc", join(programs, "go-oidc"));
}

/** A library of npm that nothing of the product uses, as a folder for NODE_PATH. */
export async function findNodeLibrary(name: string, version: string): Promise<Found> {
  const found = await downloadOnce(`npm-${name}-${version}`, async (folder) => {
    await Bun.write(join(folder, "package.json"), "{}");
    return faultOf([process.execPath, "add", "--exact", `${name}@${version}`], folder);
  });
  return "path" in found ? { path: join(found.path, "node_modules") } : found;
}

/** Runs `clients/jsonwebtoken`. */
export function jsonwebtokenProgram(libraries: string): ClientProgram {
  const file = join(programs, "jsonwebtoken/verify.mjs");
  return { command: [process.execPath, file], environment: { NODE_PATH: libraries } };
}

/** An ID token, and what a program needs in order to verify it. */
export interface IssuedToken {
  readonly token: string;
  readonly algorithm: string;
  readonly issuer: string;
  readonly audience: string;
  readonly jwks_uri: string;
}

/** Has a program verify an ID token. It prints the subject, or why it refuses the token. */
export async function verifyBy(program: ClientProgram, issued: IssuedToken): Promise<Finished> {
  const child = Bun.spawn([...program.command], {
    env: { PATH: process.env["PATH"], ...program.environment },
    stdin: new Blob([JSON.stringify(issued)]),
    stdout: "pipe",
    stderr: "pipe",
  });
  return outputOf(child);
}

/** An application that runs. */
export interface RunningApplication extends AsyncDisposable {
  readonly url: string;
}

/** Starts an application at a port and waits until it responds. */
export async function startApplication(
  program: ClientProgram,
  settings: { readonly port: number; readonly issuer: string; readonly client: CreatedClient },
): Promise<RunningApplication> {
  const { port, issuer, client } = settings;
  const child = Bun.spawn([...program.command], {
    env: {
      PATH: process.env["PATH"],
      ...program.environment,
      PORT: String(port),
      ISSUER: issuer,
      CLIENT_ID: client.id,
      CLIENT_SECRET: client.secret,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const errors = new Response(child.stderr).text();
  const url = `http://127.0.0.1:${port}`;
  const isServing = () =>
    fetch(url).then(
      () => true,
      () => false,
    );
  const end = async () => {
    child.kill("SIGKILL");
    await child.exited;
  };
  try {
    await eventually(isServing, (serves) => serves || child.exitCode !== null, 60);
    if (child.exitCode !== null) throw new Error(`it ended: ${await errors}`);
  } catch (error) {
    await end();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: end };
}

/** A port for an application, and its address for codes there. */
export async function applicationAddress() {
  const port = await findSparePort();
  return { port, redirectUri: `http://127.0.0.1:${port}/callback` };
}
