import fc from "fast-check";

import {
  type FuzzedRequest,
  fuzzedRequests,
  type KnownTexts,
  type Sender,
} from "./fuzzed-requests.ts";
import type { Answer, Call } from "./http-call.ts";
import { type Described, responseFaults } from "./response-faults.ts";

/** The `Authorization` header of each sender that has one. */
export type Authorizations = Readonly<Record<Exclude<Sender, "no one">, string>>;

/** What is fuzzed, and with what. */
export interface FuzzPlan {
  readonly described: Described;
  readonly known: KnownTexts;
  readonly seed: number;
  readonly cases: number;
  /** So many requests are sent at a time. */
  readonly callers: number;
  /** Asked before each request: a sender's session may have ended since the last one. */
  readonly authorizations: () => Authorizations;
  readonly send: (method: string, path: string, call: Call) => Promise<Answer>;
  /** Strings that no response may contain. */
  readonly secrets: readonly string[];
}

/** What was seen. */
export interface FuzzResult {
  /** Requests by the status of their response. */
  readonly statuses: Readonly<Record<number, number>>;
  /** A request each, with what is wrong with its response. */
  readonly faults: readonly string[];
}

/** Sends as many requests as the plan says. The same seed and values make the same requests. */
export async function runFuzz(plan: FuzzPlan): Promise<FuzzResult> {
  const { described, known, seed, cases, callers, secrets } = plan;
  const requests = fc.sample(fuzzedRequests(described.operations, known), { seed, numRuns: cases });
  const statuses: Record<number, number> = {};
  const faults: string[] = [];

  async function check(request: FuzzedRequest, number: number): Promise<void> {
    try {
      const answer = await sendAs(plan, request);
      if (answer === null) return;
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
      const found = responseFaults(request, answer, described);
      if (secrets.some((secret) => answer.text.includes(secret)))
        found.push("a secret is disclosed");
      if (found.length > 0)
        faults.push(`${found.join(", ")} (${answer.status}): ${describe(request, number)}`);
    } catch (error) {
      faults.push(`${String(error)}: ${describe(request, number)}`);
    }
  }

  const waiting = requests.entries();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (const [number, request] of waiting) await check(request, number);
    }),
  );
  return { statuses, faults };
}

/** Sends a request as its sender, unless it has credentials of its own. Null for one that `fetch` refuses to send. */
async function sendAs(plan: FuzzPlan, { method, path, call, sender }: FuzzedRequest) {
  const authorization = sender === "no one" ? {} : { authorization: plan.authorizations()[sender] };
  const headers: Record<string, string> = { ...authorization, ...call.headers };
  const isSendable = Object.values(headers).every((value) =>
    /^[\u0020-\u007e\u0080-\u00ff]*$/.test(value),
  );
  if (!isSendable) return null;
  const isBodyless = method === "GET" || method === "HEAD" || call.body === undefined;
  return plan.send(method, path, isBodyless ? { headers } : { headers, body: call.body ?? "" });
}

function describe({ method, path, call, sender }: FuzzedRequest, number: number): string {
  const body = typeof call.body === "string" ? call.body : "";
  const text = `case ${number}, ${sender}: ${method} ${shortened(path)} ${JSON.stringify(call.headers)} ${shortened(body)}`;
  return text.trim();
}

function shortened(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400)}… (${text.length} characters)` : text;
}
