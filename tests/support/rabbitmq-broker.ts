import amqplib from "amqplib";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { startBroker } from "./broker-process.ts";
import { findSparePort } from "./spare-port.ts";
import { type ArrivedEvent, brokerPassword, type TestBroker } from "./test-broker.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

const exchange = "gatehouse.events";
const queue = "all-events";
/** Debian's program of the name changes to another user and directory. */
const debianProgram = "/usr/lib/rabbitmq/bin/rabbitmq-server";

/** Starts RabbitMQ with a user of ours and a queue that gets every event, on one port with and on another without encryption. */
export async function startRabbitmq(program: string): Promise<TestBroker> {
  const ports = { plain: await findSparePort(), encrypted: await findSparePort() };
  const [distributionPort, mapperPort] = [await findSparePort(), await findSparePort()];
  const password = encodeURIComponent(brokerPassword);
  const address = { hostname: "127.0.0.1", port: ports.plain, username: "gatehouse" };
  const server = { ...address, password: brokerPassword };
  const broker = await startBroker({
    port: ports.plain,
    async command(directory) {
      await writeConfiguration(directory, ports);
      const real = existsSync(debianProgram) ? debianProgram : program;
      // The port mapper would otherwise stay as a daemon.
      return ["/bin/sh", "-c", `epmd & exec ${real}`];
    },
    environment: (directory) => ({
      PATH: `${process.env["PATH"] ?? ""}:/usr/sbin`,
      RABBITMQ_BASE: directory,
      RABBITMQ_MNESIA_BASE: join(directory, "mnesia"),
      RABBITMQ_LOG_BASE: join(directory, "log"),
      RABBITMQ_CONFIG_FILE: join(directory, "rabbitmq.conf"),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, "plugins"),
      RABBITMQ_NODENAME: "gatehouse-tests@localhost",
      RABBITMQ_DIST_PORT: String(distributionPort),
      ERL_EPMD_PORT: String(mapperPort),
      ERL_EPMD_ADDRESS: "127.0.0.1",
      LANG: "C.UTF-8",
    }),
    async isReady() {
      const model = await amqplib.connect(server);
      try {
        const channel = await model.createChannel();
        await channel.assertExchange(exchange, "topic", { durable: true });
        await channel.assertQueue(queue, { durable: true });
        await channel.bindQueue(queue, exchange, "user.#");
      } finally {
        await model.close();
      }
      return true;
    },
  });
  const arrived: ArrivedEvent[] = [];
  return {
    process: broker,
    url: `amqp://gatehouse:${password}@127.0.0.1:${ports.plain}`,
    wrongUrl: `amqp://gatehouse:wrong-password@127.0.0.1:${ports.plain}`,
    encryptedUrl: `amqps://gatehouse:${password}@localhost:${ports.encrypted}`,
    async read() {
      arrived.push(...(await takeAll(server)));
      return [...arrived];
    },
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

async function writeConfiguration(
  directory: string,
  ports: { plain: number; encrypted: number },
): Promise<void> {
  const [certificate, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  await Bun.write(certificate, TEST_CERTIFICATE);
  await Bun.write(key, TEST_KEY);
  const lines = [
    `listeners.tcp.1 = 127.0.0.1:${ports.plain}`,
    `listeners.ssl.1 = 127.0.0.1:${ports.encrypted}`,
    `ssl_options.certfile = ${certificate}`,
    `ssl_options.keyfile = ${key}`,
    "ssl_options.verify = verify_none",
    "default_user = gatehouse",
    `default_pass = ${brokerPassword}`,
    "log.console = true",
    "log.file = false",
    "max_message_size = 1000000",
    "disk_free_limit.absolute = 1MB",
  ];
  await Bun.write(join(directory, "rabbitmq.conf"), `${lines.join("\n")}\n`);
}

/** Takes what is in the queue. */
async function takeAll(server: amqplib.Options.Connect): Promise<ArrivedEvent[]> {
  const model = await amqplib.connect(server);
  const taken: ArrivedEvent[] = [];
  try {
    const channel = await model.createChannel();
    for (;;) {
      const message = await channel.get(queue, { noAck: true });
      if (message === false) return taken;
      const { messageId, contentType, deliveryMode } = message.properties;
      taken.push({
        id: String(messageId),
        type: message.fields.routingKey,
        body: message.content.toString("utf8"),
        format: { exchange: message.fields.exchange, contentType, deliveryMode },
      });
    }
  } finally {
    await model.close();
  }
}
