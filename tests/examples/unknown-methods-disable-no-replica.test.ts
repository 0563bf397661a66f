import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { rawRequest, rawText } from "../http/raw-request.ts";
import { callServer } from "../support/http-call.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { nginxCommand, scratchFiles } from "../support/nginx-command.ts";
import {
  type ProxyProcess,
  type ProxyProgram,
  replaceParts,
  startProxy,
} from "../support/proxy-process.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

setDefaultTimeout(60_000);
const replicaPlaces = ["10.0.0.11:8000", "10.0.0.12:8000"] as const;

/** The configuration of docs/deployment.md for a proxy. */
async function documented(language: string): Promise<string> {
  const text = await Bun.file(join(import.meta.dir, "../../docs/deployment.md")).text();
  const block = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/deployment.md has no ${language} configuration`);
  return block;
}

type Replicas = readonly [string, string];

/** Attack: one request whose method the runtime does not know counts as a failure of a replica. */
function keepsItsReplicas(programFor: (replicas: Replicas) => ProxyProgram, refusal: number): void {
  const app = useTestApp();
  let proxy: ProxyProcess;

  beforeAll(async () => {
    const replica = await app.replica();
    proxy = await startProxy(programFor([hostOf(app), hostOf(replica)]));
  });

  afterAll(() => proxy[Symbol.asyncDispose]());

  test("100 requests of an unknown method, and none of 200 ordinary requests fails", async () => {
    for (let sent = 0; sent < 100; sent += 1) {
      const lines = ["FOO /api/v1/auth/login HTTP/1.1", "Host: localhost"];
      expect((await rawRequest(proxy.url, rawText(lines))).status).toBe(refusal);
    }
    const statuses: number[] = [];
    for (let sent = 0; sent < 100; sent += 1) {
      statuses.push((await callServer(proxy.url, "GET", "/health/live")).status);
      const login = await callServer(proxy.url, "POST", "/api/v1/auth/login", { json: {} });
      statuses.push(login.status);
    }
    expect(new Set(statuses)).toEqual(new Set([200, 400]));
    expect(statuses).toHaveLength(200);
  });
}

function hostOf({ url }: TestApp): string {
  return new URL(url).host;
}

describeWithProgram("the documented nginx", "nginx", (nginx) => {
  const programFor =
    (edit: (text: string) => string) =>
    (replicas: Replicas): ProxyProgram => ({
      command: nginxCommand(nginx),
      async configure(port, directory) {
        const site = replaceParts(edit(await documented("nginx")), {
          "listen 443 ssl;": `listen 127.0.0.1:${port};`,
          [replicaPlaces[0]]: replicas[0],
          [replicaPlaces[1]]: replicas[1],
        });
        return `events {}\nhttp { access_log off; ${scratchFiles(directory)}\n${site}\n}`;
      },
    });

  describe("refuses the method itself", () => {
    keepsItsReplicas(
      programFor((text) => text),
      405,
    );
  });

  // The same for whatever else may close a connection.
  describe("keeps its replicas also when a connection is closed without a response", () => {
    keepsItsReplicas(
      programFor((text) => replaceParts(text, { "return 405;": "" })),
      502,
    );
  });
});

describeWithProgram("the documented Caddy", "caddy", (caddy) => {
  keepsItsReplicas(
    (replicas) => ({
      async configure(port) {
        const site = replaceParts(await documented("caddyfile"), {
          "auth.example.com {": `:${port} {`,
          [replicaPlaces[0]]: replicas[0],
          [replicaPlaces[1]]: replicas[1],
        });
        return `{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n${site}`;
      },
      command: (path) => [caddy, "run", "--adapter", "caddyfile", "--config", path],
    }),
    405,
  );
});
