import { rm } from "node:fs/promises";
import { join } from "node:path";

import { downloadOnce } from "./download-once.ts";
import type { Found } from "./installed-program.ts";

/** Apache Kafka as Maven has it, 43 MB. */
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

/** The folder of Kafka's jars, which Maven downloads if that was never done. */
export async function findKafka(): Promise<Found> {
  if (Bun.which("java") === null) {
    return { missing: "no java on this machine (apt-get install default-jre-headless)" };
  }
  return await downloadOnce(`kafka-${version}`, download);
}

async function download(folder: string): Promise<string | null> {
  const maven = Bun.which("mvn");
  if (maven === null)
    return "no mvn on this machine, which downloads Kafka (apt-get install maven)";
  const projectFile = join(folder, "pom.xml");
  await Bun.write(projectFile, project);
  const options = ["--quiet", "--batch-mode", "--strict-checksums", "--file", projectFile];
  const what = ["-DincludeScope=runtime", `-DoutputDirectory=${folder}`];
  const child = Bun.spawn([maven, ...options, "dependency:copy-dependencies", ...what], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [printed, exitCode] = await Promise.all([new Response(child.stdout).text(), child.exited]);
  if (exitCode !== 0) return `Maven cannot download Kafka: ${printed.slice(0, 500)}`;
  await rm(projectFile);
  return null;
}
