import type { Answer, Call } from "./http-call.ts";
import { mailOfKind } from "./mail-of-kind.ts";
import type { TestApp } from "./test-app.ts";

/** Asks for a magic link, and gives what the mail holds: the `count`-th to this address. */
export async function askForMagicLink(
  app: TestApp,
  email: string,
  count = 1,
): Promise<{ token: string; code: string; link: string }> {
  const asked = await app.post("/api/v1/auth/magic-link", { email });
  if (asked.status !== 202) throw new Error(`magic-link: ${asked.status} ${asked.text}`);
  return mailOfKind(app, "magic-link", email, count);
}

/** Signs in with what a mail held: `token`, or `email` and `code`. */
export function signInByMail(
  app: TestApp,
  proof: Readonly<Record<string, unknown>>,
  call: Call = {},
): Promise<Answer> {
  return app.post("/api/v1/auth/magic-link/verify", proof, call);
}

/** The ids of a user's sessions that have not ended. */
export async function openSessionsOf(app: TestApp, userId: string): Promise<unknown[]> {
  const rows = await app.rows(
    `select s.id from sessions s join users u on u.id = s.user_id
     where u.id = '${userId}' and s.ended_at is null and s.credentials_version = u.credentials_version`,
  );
  return rows.map(({ id }) => id);
}
