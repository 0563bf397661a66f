// The floor of a refresh: its statements, sent by the driver alone and in a process of its own. Reads `BareRefreshes` from
// standard input, prints the refreshes a second. Each finds its session's living token and puts another in its place.
import postgres from "postgres";

import type { BareRefreshes, Parameter, SessionFacts } from "./statement.ts";

const order = asOrder(await Bun.stdin.json());
// As Gatehouse does it: moments travel as text both ways, every statement is prepared once for each connection.
const asText = (value: string): string => value;
const sql = postgres(order.url, {
  max: order.poolSize,
  types: { moment: { to: 1184, from: [1184], serialize: asText, parse: asText } },
});
const sessions = [...order.sessions];
let refreshes = 0;
let isRunning = true;

async function refresh(session: SessionFacts): Promise<SessionFacts> {
  refreshes += 1;
  const now = Date.now();
  const successorHash = successorOf(session.presentedHash, refreshes);
  for (const { query, parameters } of order.statements) {
    const values = parameters.map((parameter) => valueOf(parameter, session, successorHash, now));
    const rows = await sql.unsafe(query, values, { prepare: true }).values();
    if (rows.length === 0) throw new Error(`nothing was found by ${query}`);
  }
  return { ...session, presentedHash: successorHash };
}

/** Another one of the same length. */
function successorOf(hash: string, number: number): string {
  const ending = number.toString(36).padStart(8, "0");
  return hash.slice(0, -ending.length) + ending;
}

function valueOf(
  parameter: Parameter,
  session: SessionFacts,
  successorHash: string,
  now: number,
): never {
  switch (parameter.is) {
    case "given":
      return asParameter(parameter.value);
    case "moment":
      return asParameter(new Date(now + parameter.laterMilliseconds).toISOString());
    case "fresh":
      return asParameter(Bun.randomUUIDv7());
    case "successorHash":
      return asParameter(successorHash);
    default:
      return asParameter(session[parameter.is]);
  }
}

async function call(): Promise<void> {
  while (isRunning) {
    const session = sessions.shift();
    if (!session) throw new Error("more callers than sessions");
    sessions.push(await refresh(session));
  }
}

/** Whatever a recorded statement takes. */
function asParameter(value: unknown): never {
  return value as never;
}

function asOrder(value: unknown): BareRefreshes {
  return value as BareRefreshes;
}

const callers = Promise.all(Array.from({ length: order.callers }, call));
await Bun.sleep(order.warmUpSeconds * 1000);
const before = refreshes;
const began = performance.now();
await Bun.sleep(order.seconds * 1000);
console.log(((refreshes - before) * 1000) / (performance.now() - began));
isRunning = false;
await callers;
await sql.end();
