// `bun run chaos [kills] [webhook|nats]`: kills the executable under load, 100 times unless a number is given,
// and compares what is committed with the events that arrived. Exit code 1 if one is lost, invented or out of order.
import { runEventChaos } from "../tests/support/event-chaos.ts";
import { startNatsSink, startWebhookSink } from "../tests/support/event-sink.ts";
import { createHome } from "../tests/support/executable-home.ts";
import { startPostgresServer } from "../tests/support/postgres-server.ts";

const [kills = "100", destination = "webhook"] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(kills)) throw new Error("the number of kills is a whole number");

const server = await startPostgresServer();
// Where the support of the tests looks for a server.
process.env["TEST_DATABASE_URL"] = server.url;
let violations: readonly string[];
try {
  await using home = await createHome("postgres");
  await using sink = await startSink();
  const report = (message: string): void => console.error(message);
  const result = await runEventChaos({
    home,
    sink,
    kills: Number(kills),
    endsLeases: false,
    report,
  });
  ({ violations } = result);
  console.log(JSON.stringify({ destination, ...result }, null, 2));
} finally {
  await server.stop();
}
process.exit(violations.length === 0 ? 0 : 1);

function startSink() {
  if (destination === "webhook") return startWebhookSink();
  if (destination !== "nats") throw new Error("the destination is webhook or nats");
  const program = Bun.which("nats-server", { PATH: `${process.env["PATH"] ?? ""}:/usr/sbin` });
  if (program === null) throw new Error("nats-server is missing");
  return startNatsSink(program);
}
