import { expect, setDefaultTimeout, test } from "bun:test";

import { compareWithArrived, runEventChaos } from "../support/event-chaos.ts";
import { startWebhookSink } from "../support/event-sink.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import type { ArrivedEvent } from "../support/test-broker.ts";

setDefaultTimeout(120_000);

// `bun run chaos` does the same a hundred times.
// security 131
test("kill -9 under load, while the receiver comes and goes, loses no event and invents none", async () => {
  await using home = await createMigratedHome("postgres");
  await using sink = await startWebhookSink();
  const result = await runEventChaos({ home, sink, kills: 5, endsLeases: true });
  expect(result.violations).toEqual([]);
  expect(result.users).toBeGreaterThan(5);
  expect(result.events).toBeGreaterThan(result.auditRows);
  expect(result.arrived).toBeGreaterThanOrEqual(result.events);

  // The comparison finds what it looks for.
  const arrived = await sink.read();
  const violationsOf = async (changed: readonly ArrivedEvent[], emails: readonly string[] = []) =>
    (await compareWithArrived(home, changed, new Set(emails))).violations.map(
      (sentence) => sentence.split(":")[0],
    );
  // The first event of a user who has a later one.
  const userOf = ({ body }: ArrivedEvent): unknown => JSON.parse(body).data.user_id;
  const signIn = arrived.find(({ type }) => type === "user.logged_in");
  const event = arrived.find(
    (other) => signIn && other.type === "user.registered" && userOf(other) === userOf(signIn),
  );
  if (!event) throw new Error("nothing has arrived");
  const { id } = event;
  expect(await violationsOf(arrived.filter((other) => other.id !== id))).toEqual([
    "an event has not arrived",
  ]);
  const body = event.body.replace(id, crypto.randomUUID());
  expect(await violationsOf([...arrived, { ...event, body }])).toEqual(["a repetition differs"]);
  const late = [...arrived.filter((other) => other.id !== id), event];
  expect(new Set(await violationsOf(late))).toEqual(
    new Set(["an event arrived before an earlier one of its user"]),
  );
  const invented = { ...event, id: crypto.randomUUID() };
  expect(await violationsOf([...arrived, invented])).toEqual([
    "an event without a change has arrived",
    "a repetition differs",
  ]);
  expect(await violationsOf(arrived, ["lost@example.com"])).toEqual([
    "an acknowledged user is not stored",
  ]);
});
