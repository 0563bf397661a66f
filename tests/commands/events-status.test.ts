import { expect, test } from "bun:test";

import { PermanentDeliveryError } from "../../src/platform/outbox/port.ts";
import { readOutboxStatus } from "../../src/platform/outbox/read-status.ts";
import { databaseKinds } from "../support/databases.ts";
import { createOutboxScene } from "../support/outbox-scene.ts";
import { runCommand } from "../support/run-command.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

/** One message of each fate under the topic `letters`: delivered, dead, to be tried again, and not yet tried. */
async function oneOfEachFate(app: TestApp) {
  const scene = createOutboxScene(app, "letters");
  for (let number = 0; number < 3; number += 1) {
    // Ids of one millisecond have no certain order.
    scene.clock.advance(0.001);
    await scene.enqueue(number);
  }
  const worker = scene.worker(async ({ payload }) => {
    if (payload["number"] === 1) throw new PermanentDeliveryError("no such receiver");
    if (payload["number"] === 2) throw new Error("421 busy\r\n\u001b[31mcome\t\u009b1mback");
  });
  await worker.drain();
  const oldest = scene.clock.now();
  scene.clock.advance(0.5);
  await scene.enqueue(3);
  return { scene, oldest };
}

test.each([...databaseKinds])("on %s messages are counted by their state", async (database) => {
  await using app = await startTestApp({ database });
  const status = () => readOutboxStatus(app.platform.db, scene.clock.now());
  expect(await readOutboxStatus(app.platform.db, new Date())).toEqual([]);
  const { scene, oldest } = await oneOfEachFate(app);

  const expected = {
    topic: "letters",
    waiting: 2,
    due: 1,
    retrying: 1,
    dead: 1,
    oldestAt: oldest,
    lastError: expect.stringContaining("421 busy"),
  };
  expect(await status()).toEqual([expected]);
  scene.clock.advance(60);
  expect(await status()).toEqual([{ ...expected, due: 2 }]);
  await scene.worker(async () => undefined).drain();
  expect(await status()).toEqual([
    { ...expected, waiting: 0, due: 0, retrying: 0, oldestAt: null, lastError: "no such receiver" },
  ]);
});

// The attack: a mail server whose response controls the operator's terminal.
test("the command prints a line for each topic, and neither secrets nor control characters", async () => {
  await using app = await startTestApp({ destination: false });
  const nothing = await runCommand(app, "events status");
  expect(nothing).toEqual({
    exitCode: 0,
    stdout: "no destination for events\n\nno mails waiting or dead\n",
    stderr: "",
  });

  const { oldest } = await oneOfEachFate(app);
  const { exitCode, stdout, stderr } = await runCommand(app, "events status");
  expect([exitCode, stderr]).toEqual([0, ""]);
  const rows = stdout.trimEnd().split("\n").slice(2);
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    ["TOPIC", "WAITING", "DUE", "RETRYING", "DEAD", "OLDEST", "LAST ERROR"],
    [
      "letters",
      "2",
      expect.any(String),
      "1",
      "1",
      oldest.toISOString(),
      "421 busy [31mcome 1mback",
    ],
  ]);
  expect(stdout).not.toMatch(/secret|[^\P{Cc}\n]/u);

  const json = await runCommand(app, "events status --json");
  expect(JSON.parse(json.stdout)).toEqual({
    destinations: [],
    topics: [
      {
        topic: "letters",
        waiting: 2,
        due: expect.any(Number),
        retrying: 1,
        dead: 1,
        oldest_at: oldest.toISOString(),
        last_error: "421 busy\r\n\u001b[31mcome\t\u009b1mback",
      },
    ],
  });
  expect(json.stdout).not.toMatch(/secret|[^\P{Cc}\n]/u);
});

test("an unknown subcommand of events is wrong usage", async () => {
  await using app = await startTestApp();
  for (const words of ["events", "events stat", "events status --jsn"]) {
    expect((await runCommand(app, words)).exitCode).toBe(2);
  }
});
