import { processorSeconds } from "./server.ts";
import { type RepeatedRequest, wrk } from "./wrk.ts";

/** What one request costs a server, and how many it answers. */
export interface RequestCost {
  /** CPU time of the server process, user and system, per request. */
  readonly microseconds: number;
  readonly perSecond: number;
}

/** Loads a server for some seconds with 32 connections. */
export async function measureRequest(
  request: RepeatedRequest,
  pid: number,
  seconds: number,
): Promise<RequestCost> {
  const before = await processorSeconds(pid);
  const { requests, perSecond } = await wrk(request, { seconds });
  const spent = (await processorSeconds(pid)) - before;
  return { microseconds: (spent / requests) * 1_000_000, perSecond };
}
