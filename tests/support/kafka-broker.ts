import { join } from "node:path";

import { type BrokerProcess, startBroker } from "./broker-process.ts";
import { isKafkaReady, type KafkaRecord, readKafka } from "./kafka-reader.ts";
import { findSparePort } from "./spare-port.ts";
import { brokerPassword, type TestBroker } from "./test-broker.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

/** A Kafka. Its URLs have the scheme `kafka`, or `kafkas` for an encrypted connection. */
export interface KafkaBroker extends TestBroker {
  /** `host:port` of a listener that asks for no password. */
  readonly openListener: string;
  /** All records that have arrived so far, those of a partition in their order. */
  readRecords(): Promise<KafkaRecord[]>;
}

interface Ports {
  readonly guarded: number;
  readonly encrypted: number;
  readonly open: number;
  readonly controller: number;
}

const securityModules = "org.apache.kafka.common.security";
/** A small virtual machine that starts soon. */
const javaOptions = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];

/** How the URL of a `KafkaBroker` is written as settings. */
export function kafkaAddress(url: string) {
  const { protocol, host, username, password } = new URL(url);
  const login = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  return {
    brokers: [host],
    encrypted: protocol === "kafkas:",
    credentials: { mechanism: "plain", ...login } as const,
  };
}

/**
 * Starts Kafka, one process that is broker and controller, with listeners on 127.0.0.1 that want a password by PLAIN or SCRAM,
 * one of them encrypted, and one that wants none. `properties` are added to its settings.
 */
export async function startKafka(
  jars: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<KafkaBroker> {
  const [guarded, encrypted, open, controller] = await Promise.all([
    findSparePort(),
    findSparePort(),
    findSparePort(),
    findSparePort(),
  ]);
  const settings = { ...settingsFor({ guarded, encrypted, open, controller }), ...properties };
  const java = ["java", ...javaOptions, "-cp", join(jars, "*")];
  const broker = await startBroker({
    port: guarded,
    async command(directory) {
      const file = join(directory, "server.properties");
      if (!(await Bun.file(file).exists())) {
        await Bun.write(file, toProperties({ ...settings, "log.dirs": join(directory, "data") }));
        await format(java, file);
      }
      return [...java, "kafka.Kafka", file];
    },
    isReady: () => isKafkaReady(`127.0.0.1:${open}`),
  });
  return createHandle(broker, { guarded, encrypted, open, controller });
}

function createHandle(broker: BrokerProcess, { guarded, encrypted, open }: Ports): KafkaBroker {
  const password = encodeURIComponent(brokerPassword);
  const openListener = `127.0.0.1:${open}`;
  const readRecords = (): Promise<KafkaRecord[]> => readKafka(openListener);
  return {
    process: broker,
    url: `kafka://gatehouse:${password}@127.0.0.1:${guarded}`,
    wrongUrl: `kafka://gatehouse:wrong-password@127.0.0.1:${guarded}`,
    encryptedUrl: `kafkas://gatehouse:${password}@localhost:${encrypted}`,
    openListener,
    readRecords,
    read: async () =>
      (await readRecords()).map(({ headers, body, topic }) => ({
        id: headers["event_id"] ?? "",
        type: headers["event_type"] ?? "",
        body,
        format: { topic, headers: Object.keys(headers) },
      })),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

function settingsFor({ guarded, encrypted, open, controller }: Ports): Record<string, string> {
  const listeners = {
    GUARDED: `127.0.0.1:${guarded}`,
    ENCRYPTED: `localhost:${encrypted}`,
    OPEN: `127.0.0.1:${open}`,
  };
  const advertised = Object.entries(listeners).map(([name, address]) => `${name}://${address}`);
  return {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${controller}`,
    listeners: [...advertised, `CONTROLLER://127.0.0.1:${controller}`].join(","),
    "advertised.listeners": advertised.join(","),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "OPEN",
    "listener.security.protocol.map":
      "CONTROLLER:PLAINTEXT,OPEN:PLAINTEXT,GUARDED:SASL_PLAINTEXT,ENCRYPTED:SASL_SSL",
    ...passwordSettings("guarded"),
    ...passwordSettings("encrypted"),
    "listener.name.encrypted.ssl.keystore.type": "PEM",
    "listener.name.encrypted.ssl.keystore.key": TEST_KEY,
    "listener.name.encrypted.ssl.keystore.certificate.chain": TEST_CERTIFICATE,
    "num.partitions": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "group.initial.rebalance.delay.ms": "0",
  };
}

function passwordSettings(listener: string): Record<string, string> {
  const scram = `${securityModules}.scram.ScramLoginModule required;`;
  const prefix = `listener.name.${listener}`;
  return {
    [`${prefix}.sasl.enabled.mechanisms`]: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    [`${prefix}.plain.sasl.jaas.config`]: `${securityModules}.plain.PlainLoginModule required user_gatehouse="${brokerPassword}";`,
    [`${prefix}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${prefix}.scram-sha-512.sasl.jaas.config`]: scram,
  };
}

function toProperties(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value.replaceAll("\n", "\\n")}\n`)
    .join("");
}

/** Prepares the folder of the data, with the users of SCRAM. */
async function format(java: readonly string[], settingsFile: string): Promise<void> {
  const users = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) => [
    "--add-scram",
    `${mechanism}=[name=gatehouse,password="${brokerPassword}"]`,
  ]);
  const task = ["format", "--cluster-id", "R2F0ZWhvdXNlVGVzdHMwMA", "--config", settingsFile];
  const child = Bun.spawn([...java, "kafka.tools.StorageTool", ...task, ...users], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [printed, faults, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (exitCode !== 0) throw new Error(`the storage of Kafka is not formatted: ${printed}${faults}`);
}
