import type { Sql } from "postgres";

import type { ServerProcess } from "./executable.ts";
import { eventually } from "./eventually.ts";
import { goodPassword } from "./journey.ts";

/** How many rows a database is filled with. */
export interface LargeDatabase {
  readonly users: number;
  /** Of them, those of `dueRows` were over long ago. */
  readonly sessions: number;
  /** For each table that retention deletes from: how many rows are due. */
  readonly dueRows: number;
  readonly bcryptCost?: number;
}

/** The address of an inserted user, counted from 1. The password of all is `goodPassword`. */
export function emailOfInserted(number: number): string {
  return `user${number}@large.example`;
}

const userId = (number: string): string =>
  `('00000000-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

/**
 * Fills a migrated, empty database with users, their sessions and what retention deletes, without triggers, and lets Postgres count
 * what it has.
 */
export async function fillLargeDatabase(
  sql: Sql,
  { users, sessions, dueRows, bcryptCost = 10 }: LargeDatabase,
): Promise<void> {
  const hash = await Bun.password.hash(goodPassword, { algorithm: "bcrypt", cost: bcryptCost });
  const old = "now() - interval '400 days'";
  const each = (count: number) => `from generate_series(1, ${count}) as n`;
  const statements = [
    "set session_replication_role = replica",
    `insert into users (id, email, username, name, password_hash, email_verified_at, created_at, updated_at)
      select ${userId("n")}, 'user' || n || '@large.example', 'user_' || n, 'User ' || n, '${hash}', now(), now() - interval '60 days', now() ${each(users)}`,
    `insert into usernames (skeleton, user_id) select 'user_' || n, ${userId("n")} ${each(users)}`,
    `insert into user_roles (user_id, role, created_at) select ${userId("n")}, 'user', now() ${each(users)}`,
    `insert into known_devices (user_id, device, first_seen_at, last_seen_at)
      select ${userId("n")}, 'browser', now(), case when n <= ${dueRows} then ${old} else now() end ${each(users)}`,
    `insert into sessions (id, user_id, amr, refresh_token_hash, refresh_token_issued_at, created_at, authenticated_at, last_used_at, expires_at, absolute_expires_at)
      select gen_random_uuid(), ${userId(`1 + n % ${users}`)}, '{pwd}', md5(n::text), at, at, at, at, at + interval '7 days', at + interval '90 days'
      from (select n, case when n <= ${dueRows} then ${old} else now() - (n % 40) * interval '1 hour' end as at ${each(sessions)}) as numbered`,
    `insert into mail_challenges (user_id, purpose, id, email, token_hash, attempts, created_at, expires_at)
      select ${userId("n")}, 'magic-link', gen_random_uuid(), 'a@large.example', md5(n::text), 0, now(), case when n <= ${dueRows} then ${old} else now() end ${each(users)}`,
    `insert into mail_code_attempts (email, forgotten_at) select 'user' || n || '@large.example', now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day' ${each(users)}`,
    `insert into limit_counts (limit_name, source, points, total, blocks, window_ends_at, expires_at)
      select 'planted', n::text, 1, 1, 0, now(), now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day' ${each(users)}`,
    `insert into outbox (id, topic, payload, created_at, available_at, delivered_at)
      select gen_random_uuid(), 'planted', '{}', now(), now(), case when n <= ${dueRows} then ${old} else now() end ${each(users)}`,
    `insert into events (id, type, user_id, position, payload, created_at)
      select ${userId("n")}, 'user.registered', ${userId("n")}, n, '{}', case when n <= ${dueRows} then ${old} else now() end ${each(users)}`,
    `insert into event_deliveries (event_id, destination_id, key, position, status, available_at, delivered_at)
      select ${userId("n")}, 'planted', ${userId("n")}, n, 'delivered', now(), case when n <= ${dueRows} then ${old} else now() end ${each(users)}`,
    `insert into used_tickets (id, expires_at) select n::text, now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day' ${each(users)}`,
    `insert into passkey_challenges (id, challenge, ceremony, expires_at)
      select gen_random_uuid(), md5(n::text), 'sign-in', now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day' ${each(users)}`,
    `insert into trusted_devices (id, user_id, digest, credentials_version, created_at, expires_at)
      select gen_random_uuid(), ${userId("n")}, md5(n::text), 1, now(), now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day' ${each(users)}`,
    `insert into social_login_codes (digest, user_id, identity_id, provider, credentials_version, expires_at)
      select md5(n::text), ${userId("n")}, ${userId("n")}, 'planted', 1, now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day' ${each(users)}`,
    `insert into clients (id, client_id, name, created_at, updated_at) values (${userId("1")}, 'planted', 'Planted', now(), now())`,
    `insert into authorization_codes (digest, client_id, user_id, session_id, redirect_uri, scopes, created_at, expires_at)
      select md5(n::text), 'planted', ${userId("n")}, ${userId("n")}, '', '{}', now(), case when n <= ${dueRows} then ${old} else now() end ${each(users)}`,
    `insert into pushed_requests (digest, client_id, query, created_at, expires_at)
      select md5(n::text), 'planted', '', now(), now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day' ${each(users)}`,
    `insert into device_authorizations (digest, user_code, client_id, scopes, created_at, expires_at, interval_seconds)
      select md5(n::text), n::text, 'planted', '{}', now(), now() + case when n <= ${dueRows} then -1 else 1 end * interval '1 day', 5 ${each(users)}`,
    "reset session_replication_role",
    "vacuum analyze",
  ];
  for (const statement of statements) await sql.unsafe(statement);
}

/** Waits for the first retention of a server on a filled database, and makes requests of some inserted users. Throws if one fails. */
export async function useLargeDatabase(server: ServerProcess): Promise<void> {
  await eventually(
    () => server.output.stdout.includes("expired rows deleted"),
    (isDone) => isDone,
    600,
  );
  const post = async (path: string, json: object, expected: number) => {
    const answer = await server.post(`/api/v1/auth/${path}`, json);
    if (answer.status !== expected) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json.data;
  };
  for (const number of [1, 2, 3]) {
    const credentials = { email: emailOfInserted(number), password: goodPassword };
    const { access_token: bearer, refresh_token } = await post("login", credentials, 200);
    await post("refresh", { refresh_token }, 200);
    for (const path of ["/users/me", "/users/me/sessions", "/auth/forward"]) {
      const { status } = await server.call("GET", `/api/v1${path}`, { bearer });
      if (status !== 200) throw new Error(`${path}: ${status}`);
    }
  }
  const unknown = { email: "unknown@large.example", password: goodPassword };
  await post("login", unknown, 401);
  await post("register", unknown, 201);
}
