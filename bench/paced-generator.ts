// A process of its own: reads one `PacedLoad` from standard input, prints one `PacedResult`. Ends with 1 when an answer was no
// success. Connections are kept alive.
import { type PacedKind, pacedKinds, type PacedLoad } from "./paced-load.ts";
import { tokensOf } from "./server.ts";

const load = asPacedLoad(await Bun.stdin.json());
const refreshTokens = [...load.refreshTokens];
/** Refreshes that wait for a session, all of which are being refreshed: their time runs. */
const waiting: ((refreshToken: string) => void)[] = [];
const times: Record<PacedKind, number[]> = {
  "users/me": [],
  "validate-token": [],
  forward: [],
  refresh: [],
};

async function ask(kind: PacedKind): Promise<void> {
  if (kind === "validate-token") return read(await post(kind, { token: load.bearer }));
  if (kind === "refresh") return refresh();
  const path = kind === "forward" ? "auth/forward" : kind;
  const headers = { authorization: `Bearer ${load.bearer}` };
  return read(await fetch(`${load.url}/api/v1/${path}`, { headers }));
}

async function refresh(): Promise<void> {
  const refreshToken = refreshTokens.shift() ?? (await new Promise((take) => waiting.push(take)));
  const response = await post("refresh", { refresh_token: refreshToken });
  const next = tokensOf({ status: response.status, text: await response.text() }).refresh;
  const take = waiting.shift();
  if (take) take(next);
  else refreshTokens.push(next);
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${load.url}/api/v1/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

async function read(response: Response): Promise<void> {
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${response.status} of ${response.url}`);
}

async function askWhenDue(kind: PacedKind, dueAt: number): Promise<void> {
  await ask(kind);
  const endedAt = performance.now();
  if (dueAt >= countedFrom) times[kind].push(endedAt - dueAt);
}

/** One is enough: the others would fail alike. */
function fail(reason: unknown): never {
  console.error(reason);
  process.exit(1);
}

function asPacedLoad(value: unknown): PacedLoad {
  return value as PacedLoad;
}

const began = performance.now();
const countedFrom = began + load.warmUpSeconds * 1000;
const underWay: Promise<void>[] = [];
for (let number = 0; number < load.perSecond * (load.warmUpSeconds + load.seconds); number += 1) {
  const dueAt = began + (number * 1000) / load.perSecond;
  const kind = pacedKinds[number % pacedKinds.length] ?? "refresh";
  const early = dueAt - performance.now();
  if (early > 0) await Bun.sleep(early);
  underWay.push(askWhenDue(kind, dueAt).catch(fail));
}
await Promise.all(underWay);
console.log(JSON.stringify(times));
