import { startBareRoutes } from "./bare-process.ts";
import { grantToClient } from "./granted-token.ts";
import { alternate, median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { measureRequest, type RequestCost } from "./request-cost.ts";
import { register, signIn, startBenchServer } from "./server.ts";
import type { RepeatedRequest } from "./wrk.ts";

const turnsPerRound = 5;
const warmUpSeconds = 3;

/** The target, and two more bars: a bare route without the headers, and one that the framework does not check either. */
const floors = [
  ["withHeaders", "a bare route with the same headers", 0.85],
  ["checked", "a bare route without those headers", 0.85],
  ["unchecked", "a bare route without them that checks neither query nor response", 0.75],
] as const;

const subjects = ["withHeaders", "checked", "unchecked", "served"] as const;
type Subject = (typeof subjects)[number];

/** The tokens of a user: of a sign-in to Gatehouse itself, and one that a client was granted. */
export interface HotTokens {
  readonly own: string;
  readonly granted: string;
}

/** The hot routes that P1 is about, as requests to a server. */
export function hotRequests(
  url: string,
  { own: bearer, granted }: HotTokens,
): (RepeatedRequest & { what: string })[] {
  return [
    { what: "GET /users/me", url: `${url}/api/v1/users/me`, bearer },
    {
      what: "POST /auth/validate-token",
      url: `${url}/api/v1/auth/validate-token`,
      bearer,
      body: JSON.stringify({ token: bearer }),
    },
    { what: "GET /auth/forward", url: `${url}/api/v1/auth/forward`, bearer },
    { what: "GET /oauth/userinfo", url: `${url}/oauth/userinfo`, bearer: granted },
    {
      what: "POST /oauth/userinfo",
      url: `${url}/oauth/userinfo`,
      bearer: null,
      body: new URLSearchParams({ access_token: granted }).toString(),
      contentType: "application/x-www-form-urlencoded",
    },
  ];
}

/** P1: CPU time per request and requests per second with a cached token, against the bare framework with the same schemas. */
export const validation: Measurement = {
  name: "validation",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres");
    await using bare = await startBareRoutes();
    const { server } = running;
    const user = await register(server);
    const own = (await signIn(server, user)).access;
    const granted = await grantToClient(running, user);
    const servers = {
      withHeaders: { url: bare.withHeaders, pid: bare.pid },
      checked: { url: bare.checked, pid: bare.pid },
      unchecked: { url: bare.unchecked, pid: bare.pid },
      served: { url: server.url, pid: server.pid },
    };
    const results: Result[] = [];
    for (let index = 0; index < hotRequests("", { own, granted }).length; index += 1) {
      results.push(...(await compare(index, servers, { own, granted }, rounds)));
    }
    return results;
  },
};

function emptyCosts(): Record<Subject, RequestCost[]> {
  return { withHeaders: [], checked: [], unchecked: [], served: [] };
}

async function compare(
  index: number,
  servers: Readonly<Record<Subject, { url: string; pid: number }>>,
  tokens: HotTokens,
  rounds: number,
): Promise<Result[]> {
  const requestTo = (subject: Subject) => {
    const request = hotRequests(servers[subject].url, tokens)[index];
    if (!request) throw new Error("there is no such request");
    return request;
  };
  const costs = emptyCosts();
  const measure = async (subject: Subject, seconds: number) =>
    measureRequest(requestTo(subject), servers[subject].pid, seconds);
  for (const subject of subjects) {
    await measure(subject, warmUpSeconds);
  }
  for (let round = 0; round < rounds; round += 1) {
    const turns = emptyCosts();
    const turn = (subject: Subject) => async () => {
      turns[subject].push(await measure(subject, 1));
      return 0;
    };
    await alternate(turnsPerRound, {
      withHeaders: turn("withHeaders"),
      checked: turn("checked"),
      unchecked: turn("unchecked"),
      served: turn("served"),
    });
    for (const subject of subjects) {
      costs[subject].push({
        microseconds: median(turns[subject].map(({ microseconds }) => microseconds)),
        perSecond: median(turns[subject].map(({ perSecond }) => perSecond)),
      });
    }
  }
  const { what } = requestTo("served");
  return floors.flatMap(([floor, name, atLeast]) => {
    const byCpu = ratios(costs[floor], costs.served, ({ microseconds }) => microseconds);
    const byRate = ratios(costs.served, costs[floor], ({ perSecond }) => perSecond);
    const mid = (list: RequestCost[], read: (cost: RequestCost) => number) =>
      median(list.map(read));
    return [
      {
        id: "P1",
        what: `${what}, cached token, CPU per request`,
        value: median(byCpu),
        unit: "x",
        target: { atLeast },
        rounds: byCpu,
        isHeadline: floor === "withHeaders",
        note: `${mid(costs.served, (cost) => cost.microseconds).toFixed(1)} µs against ${name}, ${mid(costs[floor], (cost) => cost.microseconds).toFixed(1)} µs`,
      },
      {
        id: "P1",
        what: `${what}, cached token, requests per second`,
        value: median(byRate),
        unit: "x",
        target: { atLeast },
        rounds: byRate,
        note: `${mid(costs.served, (cost) => cost.perSecond).toFixed(0)}/s against ${name}, ${mid(costs[floor], (cost) => cost.perSecond).toFixed(0)}/s`,
      },
    ];
  });
}

function ratios(
  above: readonly RequestCost[],
  below: readonly RequestCost[],
  read: (cost: RequestCost) => number,
): number[] {
  return above.map((cost, round) => {
    const other = below[round];
    return other ? read(cost) / read(other) : Number.NaN;
  });
}
