// A process of its own, so that its processor time is not counted: reads one `Load` from standard input, prints a line
// when it begins and one `LoadResult` at its end. SIGINT ends it early. Connections are kept alive.
import type { Load, LoadResult } from "./load.ts";

const load = asLoad(await Bun.stdin.json());
let remaining = load.requests;
let answers = 0;
let failures = 0;
/** After so many the server has ended, and perhaps the process that would end this one. */
const tooManyFailures = 1000;
process.on("SIGINT", () => {
  remaining = 0;
});

/** One session, and what is called with its tokens. */
async function createSession(): Promise<(number: number) => Promise<boolean>> {
  let access = "";
  let refresh = "";

  async function call(path: string, body?: unknown): Promise<Response> {
    return fetch(`${load.url}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: { authorization: `Bearer ${access}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async function takeTokens(response: Response): Promise<boolean> {
    if (!response.ok) return false;
    ({ access, refresh } = await readTokens(response));
    return true;
  }

  const rotate = async (): Promise<boolean> =>
    takeTokens(await call("/api/v1/auth/refresh", { refresh_token: refresh }));

  async function read(response: Promise<Response>): Promise<boolean> {
    const answer = await response;
    await answer.arrayBuffer();
    return answer.ok;
  }

  if (load.kind !== "login") await takeTokens(await call("/api/v1/auth/login", load.user));
  return (number) => {
    if (load.kind === "login") return read(call("/api/v1/auth/login", load.user));
    if (load.kind === "refresh" || number % 10 === 1) return rotate();
    if (number % 1000 === 2) return read(call("/api/v1/auth/login", load.user));
    if (number % 3 === 0) return read(call("/api/v1/auth/validate-token", { token: access }));
    if (number % 50 === 4) return read(call("/health"));
    if (number % 10 === 4) return read(call("/api/v1/auth/forward"));
    return read(call("/api/v1/users/me"));
  };
}

/** A session is called so often before it is the turn of the caller's next. */
const callsInTurn = 10;

/** One caller with sessions of its own, one after the other. */
async function createCaller(): Promise<(number: number) => Promise<boolean>> {
  const sessions = [await createSession()];
  while (sessions.length < (load.sessionsPerCaller ?? 1)) sessions.push(await createSession());
  let calls = 0;
  return async (number) => {
    const session = sessions[Math.floor(calls / callsInTurn) % sessions.length];
    calls += 1;
    return (await session?.(number)) ?? false;
  };
}

async function readTokens(response: Response): Promise<{ access: string; refresh: string }> {
  const answer: unknown = await response.json();
  const data: unknown = Reflect.get(Object(answer), "data");
  const text = (name: string): string => String(Reflect.get(Object(data), name));
  return { access: text("access_token"), refresh: text("refresh_token") };
}

function asLoad(value: unknown): Load {
  return value as Load;
}

const callers = await Promise.all(Array.from({ length: load.callers }, createCaller));
console.log("begun");
const began = performance.now();
await Promise.all(
  callers.map(async (call) => {
    while (remaining > 0 && failures < tooManyFailures) {
      remaining -= 1;
      if (!(await call(remaining).catch(() => false))) failures += 1;
      answers += 1;
    }
  }),
);
const result: LoadResult = { seconds: (performance.now() - began) / 1000, answers, failures };
console.log(JSON.stringify(result));
process.exit();
