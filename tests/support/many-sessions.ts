import { decodeToken, forgeToken, hmac } from "./forge-token.ts";

/**
 * SQL that inserts so many users, each with a session of a day: signing in would cost a hash for each. Their last use is set
 * to be an hour ahead, so that no use of them is written.
 */
export function insertSessions(count: number): string[] {
  const each = `from generate_series(1, ${count}) as "number"`;
  const id = (group: string) =>
    `('00000000-0000-${group}-8000-' || lpad(to_hex("number"), 12, '0'))::uuid`;
  return [
    `insert into users (id, email, username, name, email_verified_at, created_at, updated_at)
     select ${id("7000")}, 'user' || "number" || '@example.com', 'user_' || "number",
       'User ' || "number", now(), now(), now() ${each}`,
    `insert into sessions (id, user_id, amr, refresh_token_hash, refresh_token_issued_at, created_at,
       last_used_at, expires_at, absolute_expires_at)
     select ${id("7001")}, ${id("7000")}, '{pwd}', md5("number"::text), now(), now(),
       now() + interval '1 hour', now() + interval '1 day', now() + interval '1 day' ${each}`,
  ];
}

/**
 * Signs an access token for the inserted session of a number, which counts from 1, with what another token says besides.
 * Two of one session differ.
 */
export function signTokenOf(number: number, sample: string, secret: string): string {
  const { header, claims } = decodeToken(sample);
  const id = (group: string) =>
    `00000000-0000-${group}-8000-${number.toString(16).padStart(12, "0")}`;
  const own = { sub: id("7000"), sid: id("7001"), email: `user${number}@example.com` };
  const jti = crypto.randomUUID();
  return forgeToken({ header, claims: { ...claims, ...own, jti } }, hmac(secret));
}
