import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { KafkaPrograms } from "./kafka-programs.ts";
import { findSparePort } from "./spare-port.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

/** A throwaway Kafka: one process that is broker and controller, with listeners on 127.0.0.1. */
export interface KafkaServer extends AsyncDisposable {
  /** Without encryption and credentials, as `host:port`. */
  readonly broker: string;
  /** With the test certificate. */
  readonly encryptedBroker: string;
  /** Wants `kafkaCredentials` by PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. */
  readonly guardedBroker: string;
  readonly pid: number;
  /** Ends it as a crash would. `resume` starts it again with the same ports and data. */
  halt(): Promise<void>;
  resume(): Promise<void>;
}

/** The user whom the guarded listener lets in. */
export const kafkaCredentials = { username: "gatehouse", password: "kafka-password" };

/** What the largest batch of records may have, in bytes. */
export const kafkaMaximumBatchBytes = 1_048_588;

/** Starts a Kafka, in about 5 s. `properties` are added to its settings. */
export async function startKafkaServer(
  { java, jars }: KafkaPrograms,
  properties: Readonly<Record<string, string>> = {},
): Promise<KafkaServer> {
  const home = await mkdtemp(join(tmpdir(), "gatehouse-kafka-"));
  const ports = await Promise.all([0, 1, 2, 3].map(() => findSparePort()));
  const [plain = 0, encrypted = 0, guarded = 0, controller = 0] = ports;
  const command = [java, "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
  const run = (program: string, ...rest: string[]): Bun.Subprocess<"ignore", "pipe", "ignore"> =>
    Bun.spawn([...command, "-cp", join(jars, "*"), program, ...rest], {
      cwd: home,
      env: { PATH: process.env["PATH"], HOME: home },
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
  let server: Bun.Subprocess | undefined;

  async function halt(): Promise<void> {
    server?.kill("SIGKILL");
    await server?.exited;
  }
  async function stop(): Promise<void> {
    process.off("exit", endNow);
    await halt();
    await rm(home, { recursive: true, force: true });
  }
  const endNow = (): void => void server?.kill("SIGKILL");
  process.on("exit", endNow);

  async function resume(): Promise<void> {
    const child = run("kafka.Kafka", "server.properties");
    server = child;
    const printed = new Response(child.stdout).text();
    for (let tries = 0; !(await isListening(plain)); tries += 1) {
      if (child.exitCode !== null) throw new Error(`Kafka ended: ${(await printed).slice(-2000)}`);
      if (tries > 600) throw new Error("Kafka does not listen after 60 s");
      await Bun.sleep(100);
    }
  }

  try {
    const settings = settingsFor({ plain, encrypted, guarded, controller });
    await Bun.write(join(home, "server.properties"), toProperties({ ...settings, ...properties }));
    const formatting = run(
      "kafka.tools.StorageTool",
      ...["format", "--cluster-id", "R2F0ZWhvdXNlVGVzdHMwMA", "--config", "server.properties"],
      ...["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
        "--add-scram",
        `${mechanism}=[name=${kafkaCredentials.username},password=${kafkaCredentials.password}]`,
      ]),
    );
    const printed = await new Response(formatting.stdout).text();
    if ((await formatting.exited) !== 0) throw new Error(`Kafka is not formatted: ${printed}`);
    await resume();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    broker: `127.0.0.1:${plain}`,
    encryptedBroker: `localhost:${encrypted}`,
    guardedBroker: `127.0.0.1:${guarded}`,
    get pid() {
      return server?.pid ?? 0;
    },
    halt,
    resume,
    [Symbol.asyncDispose]: stop,
  };
}

interface Ports {
  readonly plain: number;
  readonly encrypted: number;
  readonly guarded: number;
  readonly controller: number;
}

function settingsFor({ plain, encrypted, guarded, controller }: Ports): Record<string, string> {
  const listeners = `PLAIN://127.0.0.1:${plain},TLS://localhost:${encrypted},SASL://127.0.0.1:${guarded}`;
  const { username, password } = kafkaCredentials;
  const modules = "org.apache.kafka.common.security";
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
    "advertised.listeners": listeners,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAIN",
    "listener.security.protocol.map":
      "CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT,TLS:SSL,SASL:SASL_PLAINTEXT",
    "listener.name.tls.ssl.keystore.type": "PEM",
    "listener.name.tls.ssl.keystore.key": TEST_KEY,
    "listener.name.tls.ssl.keystore.certificate.chain": TEST_CERTIFICATE,
    "listener.name.sasl.sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    "listener.name.sasl.plain.sasl.jaas.config": `${modules}.plain.PlainLoginModule required user_${username}="${password}";`,
    "listener.name.sasl.scram-sha-256.sasl.jaas.config": `${modules}.scram.ScramLoginModule required;`,
    "listener.name.sasl.scram-sha-512.sasl.jaas.config": `${modules}.scram.ScramLoginModule required;`,
    "log.dirs": "data",
    "num.partitions": "3",
    "message.max.bytes": String(kafkaMaximumBatchBytes),
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
    // A broker that has been killed is fenced until its session ends.
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "500",
  };
}

function toProperties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll("\n", "\\n")}\n`)
    .join("");
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
