// The floor of a refresh: its two statements, sent by the driver alone and in a process of its own. Reads `BareRefreshes` from
// standard input, prints the refreshes a second. Each finds its session's active token and puts another in its place.
import postgres from "postgres";

import { systemRandom } from "../src/kernel/random.ts";
import type { BareRefreshes, ActiveToken } from "./refresh.ts";

const order = asOrder(await Bun.stdin.json());
// As Gatehouse does it: timestamps travel as text both ways, every statement is prepared once for each connection.
const asText = (value: string): string => value;
const sql = postgres(order.url, {
  max: order.poolSize,
  types: { timestamp: { to: 1184, from: [1184], serialize: asText, parse: asText } },
});
const sessions = [...order.sessions];
let refreshes = 0;
let isRunning = true;

const update = `
  update sessions set refresh_token_hash = $1, previous_refresh_token_hash = $2, refresh_token_issued_at = $3,
    last_used_at = $3, expires_at = least($4::timestamptz, absolute_expires_at)
  from users
  where sessions.id = $5 and sessions.user_id = $6 and sessions.refresh_token_hash = $2
    and sessions.ended_at is null and sessions.expires_at > $3 and sessions.absolute_expires_at > $3
    and users.id = sessions.user_id and users.credentials_version = sessions.credentials_version
    and users.deleted_at is null and users.disabled_at is null
  returning sessions.id as session_id, amr, refresh_token_hash, refresh_token_issued_at, expires_at, users.id, email, username,
    name, email_verified_at, array(select role from user_roles where user_id = users.id order by 1) as roles`;

const columns = `
  id, at, action, result, actor_kind, request_id, ip_address, user_id, session_id, amr`;
const facts = `'session.refreshed', 'success', 'anonymous'`;

const insert = `insert into audit_log (${columns}) values ($1, $2, ${facts}, $3, '127.0.0.1', $4, $5, $6)`;

const both = `
  with changed as (${update}), recorded as (
    insert into audit_log (${columns}) select $7, $3, ${facts}, $8, '127.0.0.1', id, session_id, amr from changed
  )
  select * from changed`;

async function refresh(session: ActiveToken): Promise<ActiveToken> {
  refreshes += 1;
  const now = new Date();
  const successorHash = successorOf(session.presentedHash, refreshes);
  const change = [
    successorHash,
    session.presentedHash,
    now.toISOString(),
    new Date(now.getTime() + order.refreshTokenTtlSeconds * 1000).toISOString(),
    session.sessionId,
    session.userId,
  ];
  const record = [systemRandom.id(now), `bench-${refreshes}`];
  if (order.inOne) {
    await send(both, [...change, ...record]);
  } else {
    await send(update, change);
    const [id = "", requestId = ""] = record;
    const { userId, sessionId } = session;
    await send(insert, [id, now.toISOString(), requestId, userId, sessionId, "{pwd}"], 0);
  }
  return { ...session, presentedHash: successorHash };
}

async function send(query: string, values: string[], rowCount = 1): Promise<void> {
  const rows = await sql.unsafe(query, values, { prepare: true }).values();
  if (rows.length !== rowCount) throw new Error(`${rows.length} rows of ${query}`);
}

/** Another one of the same length. */
function successorOf(hash: string, number: number): string {
  const ending = number.toString(36).padStart(8, "0");
  return hash.slice(0, -ending.length) + ending;
}

async function call(): Promise<void> {
  while (isRunning) {
    const session = sessions.shift();
    if (!session) throw new Error("more callers than sessions");
    sessions.push(await refresh(session));
  }
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
