import { RedisClient } from "bun";
import { join } from "node:path";

import { startBroker } from "./broker-process.ts";
import { findSparePort } from "./spare-port.ts";
import { type ArrivedEvent, brokerPassword, type TestBroker } from "./test-broker.ts";
import { TEST_CERTIFICATE, TEST_KEY } from "./test-certificate.ts";

/** Starts Redis with a password, on one port with and on another without encryption. It keeps its data. */
export async function startRedis(program: string): Promise<TestBroker> {
  const [port, encryptedPort] = [await findSparePort(), await findSparePort()];
  const password = encodeURIComponent(brokerPassword);
  const url = `redis://:${password}@127.0.0.1:${port}`;
  const broker = await startBroker({
    port,
    async command(directory) {
      const [certificate, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
      await Bun.write(certificate, TEST_CERTIFICATE);
      await Bun.write(key, TEST_KEY);
      const options = {
        port: String(port),
        bind: "127.0.0.1",
        dir: directory,
        appendonly: "yes",
        requirepass: brokerPassword,
        "tls-port": String(encryptedPort),
        "tls-cert-file": certificate,
        "tls-key-file": key,
        "tls-auth-clients": "no",
      };
      return [program, ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])];
    },
    isReady: async () => (await ask(url, "PING", [])) === "PONG",
  });
  return {
    process: broker,
    url,
    wrongUrl: `redis://:wrong-password@127.0.0.1:${port}`,
    encryptedUrl: `rediss://:${password}@localhost:${encryptedPort}`,
    read: () => read(url),
    [Symbol.asyncDispose]: () => broker[Symbol.asyncDispose](),
  };
}

async function read(url: string): Promise<ArrivedEvent[]> {
  const entries: unknown = await ask(url, "XRANGE", ["gatehouse:events", "-", "+"]);
  if (!Array.isArray(entries)) throw new Error("no list of entries");
  return entries.map(([, fields]: [string, string[]]) => {
    const [idName, id = "", typeName, type = "", bodyName, body = ""] = fields;
    return { id, type, body, format: { fields: [idName, typeName, bodyName] } };
  });
}

async function ask(url: string, command: string, words: string[]): Promise<unknown> {
  const client = new RedisClient(url, { autoReconnect: false, connectionTimeout: 1000 });
  try {
    return await client.send(command, words);
  } finally {
    client.close();
  }
}
