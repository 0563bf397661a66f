import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import { createApp } from "../src/app/create-app.ts";
import { createPlatform } from "../src/app/create-platform.ts";
import { hashTokenId } from "../src/features/sessions/refresh-token-chain.ts";
import { asClient } from "../src/platform/db/drizzle-internals.ts";
import { loadSettings } from "../src/platform/config/load-settings.ts";
import { decodeToken } from "../tests/support/forge-token.ts";
import { quietLog } from "../tests/support/quiet-log.ts";
import { benchSettings, tokensOf } from "./server.ts";
import type { Parameter, SessionFacts, Statement } from "./statement.ts";

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const moment = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/**
 * Refreshes once by the product's own code and gives the statements which that took, so that what is sent alone is always what
 * the product sends.
 */
export async function recordRefresh(
  settings: Readonly<Record<string, string>>,
  refreshToken: string,
): Promise<readonly Statement[]> {
  const given = { ...benchSettings, ...settings, HOST: "127.0.0.1" };
  const options = { isTerminal: false, generateSecret: () => "" };
  const platform = createPlatform(loadSettings(given, options).settings, { log: quietLog });
  const client = postgres(settings["DATABASE_URL"] ?? "", { max: 1 });
  const sent: { query: string; parameters: unknown[] }[] = [];
  // Where everything passes, whatever made it.
  const recorded = asClient({
    options: client.options,
    unsafe(query: string, parameters: never[]) {
      sent.push({ query, parameters });
      return client.unsafe(query, parameters);
    },
  });
  const app = createApp(
    { ...platform, dbForRequest: () => drizzle(recorded) },
    { phase: "serving", database: platform.database },
  );
  try {
    await platform.keyRing.reload();
    const request = new Request("http://localhost/api/v1/auth/refresh", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ refresh_token: refreshToken }),
    });
    const response = await app(request, { requestIP: () => ({ address: "127.0.0.1" }) });
    if (sent.length === 0) throw new Error("a refresh that took no statement");
    const successor = tokensOf({ status: response.status, text: await response.text() }).refresh;
    const facts = factsOf(refreshToken);
    const successorHash = factsOf(successor).presentedHash;
    const requestedAt = momentOfFirst(sent.flatMap(({ parameters }) => parameters));
    return sent.map(({ query, parameters }) => ({
      query,
      parameters: parameters.map((value) => generalize(value, facts, successorHash, requestedAt)),
    }));
  } finally {
    await client.end();
    await platform.database.close();
  }
}

/** What the session's row knows of a refresh token. */
export function factsOf(refreshToken: string): SessionFacts {
  const { claims } = decodeToken(refreshToken);
  const [sessionId, userId, tokenId] = ["sid", "sub", "jti"].map((name) => String(claims[name]));
  return {
    sessionId: sessionId ?? "",
    userId: userId ?? "",
    presentedHash: hashTokenId(tokenId ?? ""),
  };
}

function momentOfFirst(parameters: readonly unknown[]): number {
  const times = parameters.filter(isMoment).map((value) => Date.parse(value));
  return Math.min(...times);
}

function generalize(
  value: unknown,
  facts: SessionFacts,
  successorHash: string,
  requestedAt: number,
): Parameter {
  if (value === facts.sessionId) return { is: "sessionId" };
  if (value === facts.userId) return { is: "userId" };
  if (value === facts.presentedHash) return { is: "presentedHash" };
  if (value === successorHash) return { is: "successorHash" };
  if (isMoment(value)) {
    return { is: "moment", laterMilliseconds: Date.parse(value) - requestedAt };
  }
  if (typeof value === "string" && uuid.test(value)) return { is: "fresh" };
  return { is: "given", value };
}

function isMoment(value: unknown): value is string {
  return typeof value === "string" && moment.test(value);
}
