import type { Sql } from "postgres";

import { decodeToken } from "../tests/support/forge-token.ts";
import type { ServerProcess } from "../tests/support/executable.ts";
import { register, signIn, type Tokens, tokensOf } from "./server.ts";

/** Somebody signed in, whose right is about to be taken. */
export interface Subject {
  readonly userId: string;
  readonly email: string;
  readonly password: string;
  readonly tokens: Tokens;
}

/** A way in which a right ends, and what is asked for to see that it has. */
export interface Way {
  readonly name: string;
  /** Answered 200 as long as the right is there, and 401 or 403 afterwards. */
  readonly path: string;
  /** Resolves when it was answered that it is done. */
  revoke(server: ServerProcess, subject: Subject, sql: Sql): Promise<void>;
}

const me = "/api/v1/users/me";
/** Not that of administrators, of whom one has to stay. */
const role = "measured";

/** Every way there is today: by the API, and by an operator in the database, where the API has none. */
export const ways: readonly Way[] = [
  {
    name: "log-out",
    path: me,
    revoke: (server, { tokens }) =>
      expect(200, server.call("POST", "/api/v1/auth/logout", { bearer: tokens.access })),
  },
  {
    name: "log-out everywhere",
    path: me,
    revoke: (server, { tokens }) =>
      expect(200, server.call("POST", "/api/v1/auth/logout-all", { bearer: tokens.access })),
  },
  {
    name: "session ended from the list",
    path: me,
    revoke(server, { tokens }) {
      const id = String(decodeToken(tokens.access).claims["sid"]);
      const path = `/api/v1/users/me/sessions/${id}`;
      return expect(204, server.call("DELETE", path, { bearer: tokens.access }));
    },
  },
  {
    name: "reuse of a refresh token",
    path: me,
    revoke: (server, { tokens }) =>
      expect(401, server.post("/api/v1/auth/refresh", { refresh_token: tokens.refresh })),
  },
  {
    name: "user deleted",
    path: me,
    async revoke(_, { userId }, sql) {
      await sql`update users set deleted_at = now() where id = ${userId}`;
    },
  },
  {
    name: "user's row removed",
    path: me,
    async revoke(_, { userId }, sql) {
      await sql`delete from users where id = ${userId}`;
    },
  },
  {
    name: "role taken",
    path: `/api/v1/auth/forward?role=${role}`,
    async revoke(_, { userId }, sql) {
      await sql`delete from user_roles where user_id = ${userId}`;
    },
  },
];

/** Makes somebody for any of the ways: a holder of the role whose first refresh token has been used twice. */
export async function createSubject(server: ServerProcess, sql: Sql): Promise<Subject> {
  const user = await register(server);
  const tokens = await signIn(server, user);
  const userId = String(decodeToken(tokens.access).claims["sub"]);
  await sql`insert into roles (name, created_at, updated_at) values (${role}, now(), now()) on conflict do nothing`;
  await sql`insert into user_roles values (${userId}, ${role}, now())`;
  let refreshToken = tokens.refresh;
  for (let count = 0; count < 2; count += 1) {
    const answer = await server.post("/api/v1/auth/refresh", { refresh_token: refreshToken });
    refreshToken = tokensOf(answer).refresh;
  }
  return { ...user, userId, tokens };
}

async function expect(expected: number, answer: Promise<{ status: number }>): Promise<void> {
  const { status } = await answer;
  if (status !== expected) throw new Error(`the revoking call was answered ${status}`);
}
