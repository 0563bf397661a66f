import { createServer } from "node:net";

import { errorCode } from "../../../platform/config/read-given.ts";
import type { HttpClient } from "../../../platform/http-client/port.ts";
import { httpUrl } from "../../http-url.ts";
import { ListenError } from "../../listen-error.ts";
import type { Check } from "../check.ts";
import { fail, type Finding, ok, skip, warn } from "../finding.ts";
import { version } from "../../../kernel/version.ts";
import { readHealth } from "../health.ts";

/** Whether `HOST` and `PORT` are free, or have a healthy server. */
export const serverCheck: Check = {
  name: "server",
  needs: ["HOST", "PORT"],
  timeoutSeconds: 10,
  async run({ platform }) {
    const { host, port } = platform.settings;
    if (port === 0) return [skip("server", "PORT is 0: each start chooses a free port")];
    const refusal = await tryToListen(host, port);
    if (refusal === null) return [ok("server", `none runs; ${httpUrl(host, port)} is free`)];
    if (errorCode(refusal) !== "EADDRINUSE") {
      return [
        fail(
          "server",
          new ListenError(httpUrl(host, port), refusal).message,
          "see docs/deployment.md",
        ),
      ];
    }
    return [await runningFinding(platform.httpClient, httpUrl(host, port))];
  },
};

/** The error of listening there, or null. */
function tryToListen(host: string, port: number): Promise<Error | null> {
  const { promise, resolve } = Promise.withResolvers<Error | null>();
  const server = createServer();
  server.once("error", resolve);
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  return promise;
}

async function runningFinding(client: HttpClient, url: string): Promise<Finding> {
  const health = await readHealth(client, `${url}/health/ready`);
  if (health === null) {
    const advice = "stop the other process, or set PORT to another port";
    return fail("server", `another program listens on ${url}`, advice);
  }
  if (health.status !== 200) {
    const what = `the server on ${url} is not ready (${health.status})`;
    return fail("server", what, "read its log: it starts, stops, or has no database");
  }
  if (health.version === version) return ok("server", `runs on ${url}, and is ready`);
  const what = `the server on ${url} has version ${health.version}, and this is ${version}`;
  return warn("server", what, "restart it with this executable");
}
