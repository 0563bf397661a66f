import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";

import type { PeerLookup } from "../../src/platform/http/exchange.ts";
import { writeFailures } from "../support/audit-rows.ts";
import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly mediaType?: string;
  readonly bearer?: string;
}

const app = useTestApp();

/** Requests that write an audit row, with and without a sign-in, with and without a body. */
async function createCalls(): Promise<Record<string, Call>> {
  const user = await signUp(app);
  const other = (await logIn(app, user)).json.data.access_token;
  return {
    "a failed log-in": {
      method: "POST",
      path: "/api/v1/auth/login",
      body: JSON.stringify({ email: freshEmail(), password: goodPassword }),
    },
    "a change of the profile": {
      method: "PATCH",
      path: "/api/v1/users/me",
      body: '{"name":"Ada"}',
      bearer: user.accessToken,
    },
    "a log-out": { method: "POST", path: "/api/v1/auth/logout", bearer: other },
    "a log-out everywhere": {
      method: "POST",
      path: "/api/v1/auth/logout-all",
      bearer: user.accessToken,
    },
    "a failed client authentication at a hot route": {
      method: "POST",
      path: "/oauth/introspect",
      mediaType: "application/x-www-form-urlencoded",
      body: "client_id=unknown&client_secret=wrong&token=x",
    },
  };
}

const names = [
  "a failed log-in",
  "a change of the profile",
  "a log-out",
  "a log-out everywhere",
  "a failed client authentication at a hot route",
];

const failed = ["a failed log-in", "a failed client authentication at a hot route"];

function headersOf(
  { body, bearer, mediaType = "application/json" }: Call,
  requestId: string,
): Record<string, string> {
  return {
    "X-Request-Id": requestId,
    "X-Forwarded-For": "203.0.113.9",
    ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
    ...(body === undefined
      ? {}
      : { "Content-Type": mediaType, "Content-Length": String(body.length) }),
  };
}

function requestOf(call: Call, requestId: string): Request {
  const { method, path, body } = call;
  const headers = headersOf(call, requestId);
  return new Request(`http://localhost${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

/** The addresses of the attempts of a replica, of which several may have one row. */
async function addressesOf(replica: CountedApp, requestId: string): Promise<unknown[]> {
  await writeFailures(replica);
  const rows = await app.rows(
    `select ip_address from audit_log, generate_series(1, coalesce((detail ->> 'count')::int, 1))
     where request_id like '${requestId}%' order by id`,
  );
  return rows.map((row) => row["ip_address"]);
}

/** Replicas with an empty token cache, so that each token is looked up. */
const settings = [
  ["without trusted proxies", {}, "127.0.0.1"],
  ["with a trusted proxy", { trustedProxies: ["127.0.0.0/8"] }, "203.0.113.9"],
] as const;

describe.each(settings)("%s", (_, replicaSettings, address) => {
  let replica: CountedApp;

  beforeAll(() => {
    replica = createCountedApp(app, replicaSettings);
  });

  afterAll(async () => {
    await replica[Symbol.asyncDispose]();
  });

  // The attack: a client sends everything and closes at once. Its address is not available after the first `await`.
  // part of security 111, 112 and 122
  test.each(names)("%s is recorded with its client address", async (name) => {
    const call = (await createCalls())[name] ?? { method: "", path: "" };
    const requestId = `gone-${Bun.randomUUIDv7()}`;
    let isConnected = true;
    const peers: PeerLookup = {
      requestIP: () => (isConnected ? { address: "127.0.0.1" } : null),
      timeout: () => undefined,
    };
    const answer = replica.answer(requestOf(call, requestId), peers);
    isConnected = false;
    expect((await answer).status).toBe(failed.includes(name) ? 401 : 200);
    expect(await addressesOf(replica, requestId)).toEqual([address]);
  });

  // No client waits for the response, and an action would have no client address.
  test.each(names)(
    "nothing happens for %s over a connection that is already closed",
    async (name) => {
      const call = (await createCalls())[name] ?? { method: "", path: "" };
      const requestId = `gone-${Bun.randomUUIDv7()}`;
      const before = replica.statements;
      const answer = await replica.answer(requestOf(call, requestId), {
        requestIP: () => null,
        timeout: () => undefined,
      });
      expect([answer.status, replica.statements - before]).toEqual([400, 0]);
      expect(answer.headers.get("x-request-id")).toBe(requestId);
      expect(await addressesOf(replica, requestId)).toEqual([]);
    },
  );

  // The same over real connections: the reset arrives before the request is read, while its body is read, or later.
  test.each(names)(
    "%s has its client address or does not happen, reset at any time",
    async (name) => {
      const answers: Promise<Response>[] = [];
      using server = serve(replica, answers);
      const mark = `reset-${Bun.randomUUIDv7()}`;
      const turnsBeforeReset = [0, 0, 0, 1, 1, 1, 2, 2, 2];
      for (const [number, turns] of turnsBeforeReset.entries()) {
        const call = (await createCalls())[name] ?? { method: "", path: "" };
        await sendAndReset(server.port, call, `${mark}-${number}`, turns);
        await eventually(
          () => answers.length,
          (count) => count === number + 1,
        );
      }
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      const served = statuses.filter((status) => status !== 400);
      expect(await addressesOf(replica, mark)).toEqual(served.map(() => address));
    },
  );
});

// Reading the address is a system call.
test("a hot route that only reads does not read the client address of a successful request", async () => {
  const { accessToken } = await signUp(app);
  await using replica = createCountedApp(app, { logRequests: "true" });
  const validation: Call = {
    method: "POST",
    path: "/api/v1/auth/validate-token",
    body: JSON.stringify({ token: accessToken }),
  };
  let readings = 0;
  const answer = await replica.answer(requestOf(validation, `read-${Bun.randomUUIDv7()}`), {
    requestIP: () => ({ address: `127.0.0.${String((readings += 1))}` }),
    timeout: () => undefined,
  });
  expect([answer.status, readings]).toEqual([200, 0]);
});

function serve(replica: CountedApp, answers: Promise<Response>[]) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request, peers) {
      const answer = Promise.resolve(replica.answer(request, peers));
      answers.push(answer);
      return answer;
    },
  });
  return { port: server.port ?? 0, [Symbol.dispose]: () => void server.stop(true) };
}

/** Sends a request in one packet, and resets the connection after so many turns of the event loop. */
async function sendAndReset(port: number, call: Call, requestId: string, turns: number) {
  const lines = Object.entries(headersOf(call, requestId)).map(([name, it]) => `${name}: ${it}`);
  const head = [`${call.method} ${call.path} HTTP/1.1`, "Host: localhost", ...lines];
  const socket = connect(port, "127.0.0.1");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.write([...head, "", call.body ?? ""].join("\r\n"));
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
  socket.resetAndDestroy();
  await closed;
}
