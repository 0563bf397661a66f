import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";

setDefaultTimeout(60_000);

test("healthcheck exits with 0 while the server is ready, and with 1 while it drains and after it ended", async () => {
  await using home = await createHome("postgres");
  await using server = await startGatehouse(home);
  const settings = { PORT: new URL(server.url).port };
  const url = `http://127.0.0.1:${settings.PORT}/health/ready`;
  const ask = () => runGatehouse(["healthcheck"], { cwd: home.cwd, settings });

  const ready = await ask();
  expect([ready.exitCode, ready.stdout, ready.stderr]).toEqual([0, "ready\n", ""]);

  server.signal("SIGTERM");
  await server.call("GET", "/health/live");
  const draining = await ask();
  expect([draining.exitCode, draining.stderr]).toEqual([
    1,
    `gatehouse: ${url} is not ready (503)\n`,
  ]);

  await server.exited;
  const ended = await ask();
  expect([ended.exitCode, ended.stderr]).toEqual([
    1,
    `gatehouse: no response from ${url} (HOST and PORT name the server)\n`,
  ]);
});

// Container engines hand their proxy settings on, and fetch sends even calls to this machine there.
test.each(["127.0.0.1", "0.0.0.0"])(
  "healthcheck calls a server on %s directly, whatever proxy the environment names",
  async (host) => {
    await using home = await createHome("postgres");
    await using server = await startGatehouse({
      ...home,
      settings: { ...home.settings, HOST: host },
    });
    const { exitCode } = await runGatehouse(["healthcheck"], {
      cwd: home.cwd,
      settings: {
        HOST: host,
        PORT: new URL(server.url).port,
        HTTP_PROXY: "http://127.0.0.1:1",
        http_proxy: "http://127.0.0.1:1",
      },
    });
    expect(exitCode).toBe(0);
  },
);
