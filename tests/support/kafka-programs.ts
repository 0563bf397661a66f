import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

import { eventually } from "./eventually.ts";
import type { Found } from "./installed-program.ts";

/** Apache Kafka as Maven has it. It is 43 MB, and is kept outside the repository. */
const version = "4.1.0";
const project = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>gatehouse</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_2.13</artifactId>
      <version>${version}</version>
    </dependency>
  </dependencies>
</project>
`;

/** The longest time for a download, and for the wait until another process has finished one. */
const downloadSeconds = 600;

/**
 * The folder of Kafka's jars. They are downloaded with Maven if that was never done; several processes may call this at the same
 * time.
 */
export async function findKafka(): Promise<Found> {
  if (Bun.which("java") === null) {
    return { missing: "no java on this machine (apt-get install default-jre-headless)" };
  }
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "gatehouse-tests");
  const jars = join(cache, `kafka-${version}`);
  if (await exists(jars)) return { path: jars };
  const maven = Bun.which("mvn");
  if (maven === null) {
    return { missing: "no mvn on this machine, which downloads Kafka (apt-get install maven)" };
  }
  await mkdir(cache, { recursive: true });
  const missing = await alone(join(cache, `kafka-${version}.lock`), async () =>
    (await exists(jars)) ? null : await download(maven, jars),
  );
  return missing === null ? { path: jars } : { missing };
}

async function download(maven: string, jars: string): Promise<string | null> {
  const workshop = `${jars}.${process.pid}`;
  try {
    await mkdir(workshop, { recursive: true });
    await Bun.write(join(workshop, "pom.xml"), project);
    const child = Bun.spawn(
      [
        maven,
        "--quiet",
        "--batch-mode",
        "--strict-checksums",
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        "-DoutputDirectory=jars",
      ],
      { cwd: workshop, stdin: "ignore", stdout: "pipe", stderr: "ignore" },
    );
    const [printed, exitCode] = await Promise.all([
      new Response(child.stdout).text(),
      child.exited,
    ]);
    if (exitCode !== 0) return `Maven cannot download Kafka: ${printed.slice(0, 500)}`;
    await rename(join(workshop, "jars"), jars);
    return null;
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Runs a task while no other process does. A lock of a process that has ended is void. */
async function alone<T>(lock: string, task: () => Promise<T>): Promise<T> {
  await eventually(
    () => acquire(lock),
    (isAcquired) => isAcquired,
    downloadSeconds,
  );
  try {
    return await task();
  } finally {
    await rm(lock, { force: true });
  }
}

async function acquire(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, "wx");
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch {
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    // Empty for a moment, until its holder has written.
    if (holder > 0 && !isAlive(holder)) await rm(lock, { force: true });
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
