// The floor of a refresh: its two statements, sent in one by the driver alone and in a process of its own. Reads `BareRefreshes`
// from standard input, prints the refreshes a second. Each finds its session's living token and puts another in its place.
import postgres from "postgres";

import { systemRandom } from "../src/kernel/random.ts";
import type { BareRefreshes, LivingToken } from "./refresh.ts";

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

const statement = `
  with changed as (
    update sessions set refresh_token_hash = $1, previous_refresh_token_hash = $2, refresh_token_issued_at = $3,
      last_used_at = $3, expires_at = least($4::timestamptz, absolute_expires_at)
    from users
    where sessions.id = $5 and sessions.user_id = $6 and sessions.refresh_token_hash = $2
      and sessions.ended_at is null and sessions.expires_at > $3 and sessions.absolute_expires_at > $3
      and users.id = sessions.user_id and users.credentials_version = sessions.credentials_version
      and users.deleted_at is null and users.disabled_at is null
    returning sessions.id as session_id, amr, refresh_token_hash, refresh_token_issued_at, expires_at, users.id, email, username,
      name, email_verified_at, array(select role from user_roles where user_id = users.id order by 1) as roles
  ), recorded as (
    insert into audit_log (id, at, action, result, actor_kind, user_id, session_id, amr, ip_address, request_id)
    select $7, $3, 'session.refreshed', 'success', 'anonymous', id, session_id, amr, '127.0.0.1', $8 from changed
  )
  select * from changed`;

async function refresh(session: LivingToken): Promise<LivingToken> {
  refreshes += 1;
  const now = new Date();
  const successorHash = successorOf(session.presentedHash, refreshes);
  const values = [
    successorHash,
    session.presentedHash,
    now.toISOString(),
    new Date(now.getTime() + order.refreshTokenTtlSeconds * 1000).toISOString(),
    session.sessionId,
    session.userId,
    systemRandom.id(now),
    `bench-${refreshes}`,
  ];
  const rows = await sql.unsafe(statement, values, { prepare: true }).values();
  if (rows.length !== 1) throw new Error("a session without its living token");
  return { ...session, presentedHash: successorHash };
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
