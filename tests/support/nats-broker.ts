import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { join } from "node:path";

import { startBroker } from "./broker-process.ts";
import { findSparePort } from "./spare-port.ts";
import { type ArrivedEvent, brokerPassword, type TestBroker } from "./test-broker.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

/** Starts NATS with JetStream twice: with passwords, and with encryption. */
export async function startNats(program: string): Promise<TestBroker> {
  await using draft = new AsyncDisposableStack();
  const broker = draft.use(await startServer(program, false));
  const encrypted = draft.use(await startServer(program, true));
  const started = draft.move();
  const password = encodeURIComponent(brokerPassword);
  return {
    process: broker,
    url: `nats://gatehouse:${password}@127.0.0.1:${broker.port}`,
    wrongUrl: `nats://gatehouse:wrong-password@127.0.0.1:${broker.port}`,
    encryptedUrl: `tls://gatehouse:${password}@localhost:${encrypted.port}`,
    read: () => read(broker.port),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function startServer(program: string, encrypted: boolean) {
  const port = await findSparePort();
  const options = encrypted ? { tls: { ca: TEST_CERTIFICATE } } : {};
  return await startBroker({
    port,
    async command(directory) {
      const [certificate, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
      await Bun.write(certificate, TEST_CERTIFICATE);
      await Bun.write(key, TEST_KEY);
      const tls = encrypted ? `tls { cert_file: "${certificate}", key_file: "${key}" }\n` : "";
      const configuration = `listen: "127.0.0.1:${port}"
        jetstream { store_dir: "${directory}/jetstream" }
        authorization { users: [
          { user: gatehouse, password: "${brokerPassword}" },
          { user: reader, password: reader, permissions: { publish: { deny: "gatehouse.>" } } },
        ] }
        ${tls}`;
      await Bun.write(join(directory, "nats.conf"), configuration);
      return [program, "-c", join(directory, "nats.conf")];
    },
    async isReady() {
      const host = encrypted ? "localhost" : "127.0.0.1";
      const servers = `${host}:${port}`;
      const credentials = { user: "gatehouse", pass: brokerPassword };
      const nats = await connect({ servers, ...credentials, ...options, reconnect: false });
      await nats.close();
      return true;
    },
  });
}

async function read(port: number): Promise<ArrivedEvent[]> {
  const nats = await connect({
    servers: `127.0.0.1:${port}`,
    user: "gatehouse",
    pass: brokerPassword,
  });
  try {
    const names = (await jetstreamManager(nats)).streams.names();
    if (!(await names.next()).includes("GATEHOUSE")) return [];
    const consumer = await jetstream(nats).consumers.get("GATEHOUSE");
    const { num_pending: count } = await consumer.info();
    const arrived: ArrivedEvent[] = [];
    if (count === 0) return arrived;
    const messages = await consumer.fetch({ max_messages: count, expires: 5000 });
    for await (const message of messages) {
      arrived.push({
        id: message.headers?.get("Nats-Msg-Id") ?? "",
        type: message.subject.replace(/^gatehouse\./, ""),
        body: message.string(),
        format: { subject: message.subject },
      });
    }
    return arrived;
  } finally {
    await nats.close();
  }
}
