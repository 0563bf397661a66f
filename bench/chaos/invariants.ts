import { sessionOf } from "../../tests/support/session-calls.ts";
import type { Ledger } from "../ledger.ts";
import type { Cluster } from "./cluster.ts";
import type { Replica } from "./replica.ts";

/** Queries whose every row is a violation (security 130). */
export const forbidden: Readonly<Record<string, string>> = {
  "one refresh token in two sessions": `select refresh_token_hash from sessions group by 1 having count(*) > 1`,
  "two accounts with one address": `select lower(email) from users where deleted_at is null group by 1 having count(*) > 1`,
  "a live session of a deleted user": `select s.id from sessions s join users u on u.id = s.user_id
    where (u.deleted_at is not null or u.disabled_at is not null) and s.ended_at is null and s.expires_at > now()`,
  "a user without an audit row": `select u.id from users u where not exists (select from audit_log a
    where a.user_id = u.id and a.action in ('user.registered', 'user.created') and a.result = 'success')`,
  "a session without an audit row": `select s.id from sessions s where not exists (select from audit_log a
    where a.session_id = s.id and a.action = 'user.login' and a.result = 'success')`,
  "a deleted user without an audit row": `select u.id from users u where u.deleted_at is not null and not exists (select from audit_log a
    where a.user_id = u.id and a.action = 'user.deleted' and a.result = 'success')`,
  "a registration without an event": `select a.id from audit_log a where a.action = 'user.registered' and a.result = 'success'
    and not exists (select from events e where e.user_id = a.user_id and e.type = 'user.registered')`,
  "a registration with two events": `select user_id from events where type = 'user.registered' group by 1 having count(*) > 1`,
  "as many sign-ins as events": `select user_id from (
      select user_id, 1 as n from audit_log where action = 'user.login' and result = 'success'
      union all select user_id, -1 from events where type = 'user.logged_in') as both_of group by 1 having sum(n) <> 0`,
  "an event that is not delivered": `select event_id from event_deliveries where status <> 'delivered'`,
  "a mail or request that is dead": `select id from outbox where dead_at is not null`,
};

/** What is not as it must be, one sentence each. */
export async function findViolations(
  { sql }: Pick<Cluster, "sql">,
  replica: Replica,
  ledger: Ledger,
): Promise<string[]> {
  const violations: string[] = [];
  for (const [name, query] of Object.entries(forbidden)) {
    const rows = (await sql(query)).split("\n").filter((row) => row !== "");
    if (rows.length > 0) violations.push(`${name}: ${rows.length}, such as ${rows[0]}`);
  }
  const missing = async (name: string, acknowledged: ReadonlySet<string>, query: string) => {
    const stored = new Set((await sql(query)).split("\n"));
    const lost = [...acknowledged.difference(stored)];
    if (lost.length > 0) violations.push(`${name}: ${lost.length}, such as ${lost[0]}`);
  };
  await missing("an acknowledged user is lost", ledger.registered, "select email from users");
  await missing(
    "an acknowledged deletion is lost",
    ledger.deleted,
    "select id from users where deleted_at is not null",
  );
  await missing("an acknowledged post is lost", ledger.posts, "select id from posts");
  const posts = new Set((await sql("select id from posts")).split("\n"));
  const undead = [...ledger.deletedPosts.intersection(posts)];
  if (undead.length > 0) violations.push(`a deleted post is there: ${undead.length}`);
  const refresh = async (refresh_token: string) =>
    (await replica.call("POST", "/api/v1/auth/refresh", { json: { refresh_token } })).status;
  const sessionOfToken = (token: string): Promise<string> =>
    sql(`select id, user_id, created_at, refresh_token_issued_at, expires_at, ended_at, end_reason
      from sessions where id = '${sessionOf(token)}'`);
  const isOfTheFuture = async (token: string): Promise<boolean> =>
    (await sql(`select id from sessions where id = '${sessionOf(token)}' and ended_at is null
      and refresh_token_issued_at > now()`)) !== "";
  for (const token of [...ledger.ended].slice(-500)) {
    const status = await refresh(token);
    if (status !== 401)
      violations.push(
        `a refresh token of an ended session: ${status}, ${await sessionOfToken(token)}`,
      );
  }
  for (const token of [...ledger.newest.values()].slice(-500)) {
    if (token === null) continue;
    const status = await refresh(token);
    // A replica whose clock was ahead has issued it: it is accepted when that time has come.
    if (status === 200 || (await isOfTheFuture(token))) continue;
    const session = await sessionOfToken(token);
    violations.push(`the newest refresh token of a session: ${status}, ${session}`);
  }
  return violations;
}
