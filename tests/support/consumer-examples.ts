import { describe } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { OutboundEvent } from "../../src/platform/brokers/port.ts";
import { describeWhere } from "./installed-program.ts";
import { findPythonLibraries } from "./python-libraries.ts";

const examples = join(import.meta.dir, "../../examples/consumers");

/** A language of the examples. */
export interface Language {
  readonly name: string;
  /** The command for a program, by its words: `nats consumer`. */
  command(words: readonly string[]): string[];
  readonly environment: Readonly<Record<string, string>>;
}

const typescript: Language = {
  name: "TypeScript",
  command: (words) => [process.execPath, join(examples, "typescript", `${words.join("-")}.ts`)],
  environment: {},
};

function python(libraries: string): Language {
  return {
    name: "Python",
    command: (words) => ["python3", join(examples, "python", `${words.join("_")}.py`)],
    environment: { PYTHONPATH: libraries, PYTHONDONTWRITEBYTECODE: "1" },
  };
}

const pythonLibraries = await findPythonLibraries(join(examples, "python/requirements.txt"));

/** Describes the programs of both languages; those in Python are skipped where their libraries are missing. */
export function describeLanguages(name: string, body: (language: Language) => void): void {
  describe(`${name} in TypeScript`, () => body(typescript));
  describeWhere(`${name} in Python`, pythonLibraries, (libraries) => body(python(libraries)));
}

/** The line that an example prints for an event. */
export const handled = (event: OutboundEvent): string => `handled ${event.type} ${event.id}`;
/** The line that it prints for an event that it had handled. */
export const again = (event: OutboundEvent): string => `again ${event.type} ${event.id}`;

/** An event of a user of its own. */
export function createEvent(type: string): OutboundEvent {
  const [id, key] = [crypto.randomUUID(), crypto.randomUUID()];
  const timestamp = "2026-11-20T10:11:12.123Z";
  const body = { event_id: id, event_type: type, timestamp, data: { user_id: key, name: "李 🎉" } };
  return { id, type, key, body: JSON.stringify(body), attempt: 1, createdAt: new Date(timestamp) };
}

/** A folder for the store of one program. */
export async function createStore() {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-consumer-"));
  return {
    environment: { STORE: join(folder, "consumer.sqlite") },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Runs an example. What it prints besides its lines is in the error if it ends early. */
export function runExample(
  language: Language,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
) {
  const child = Bun.spawn(language.command(words), {
    cwd: examples,
    env: { PATH: process.env["PATH"], ...language.environment, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  const collect = async (stream: ReadableStream<Uint8Array>): Promise<void> => {
    const decoder = new TextDecoder();
    for await (const chunk of stream) printed += decoder.decode(chunk, { stream: true });
  };
  const reading = Promise.all([collect(child.stdout), collect(child.stderr)]);
  const lines = (): string[] => {
    if (child.exitCode !== null) throw new Error(`the consumer ended: ${printed}`);
    return printed.split("\n").filter((line) => /^(?:handled|again) /.test(line));
  };
  return {
    lines,
    count: (line: string) => lines().filter((each) => each === line).length,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      await reading;
    },
  };
}
