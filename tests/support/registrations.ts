import { freshEmail, goodPassword } from "./journey.ts";
import type { ServerProcess } from "./executable.ts";

/** Finds what a sudden end must not leave: an account without its effects, or effects without their account. */
export const incompleteAccounts = `
  with faults as (
    select 'user without audit row' as fault from users u where not exists
      (select from audit_log a where a.user_id = u.id and a.action = 'user.registered')
    union all select 'user without mail' from users u where not exists
      (select from outbox o where o.topic = 'mail' and o.key = u.id::text)
    union all select 'user without link' from users u where not exists
      (select from mail_challenges c where c.user_id = u.id)
    union all select 'message without user' from outbox o where o.topic = 'mail'
      and not exists (select from users u where u.id::text = o.key)
    union all select 'audit row without user' from audit_log a where a.user_id is not null
      and not exists (select from users u where u.id = a.user_id))
  select fault, count(*)::int as times from faults group by fault`;

/** What callers were told. */
export interface Registrations {
  /** The addresses that were registered, in the order of their responses. */
  readonly acknowledged: string[];
  /** The addresses whose requests got no response. */
  readonly interrupted: string[];
}

/** Registers as fast as it can from several callers, until the server is gone. */
export async function registerUntilGone(
  server: ServerProcess,
  { acknowledged, interrupted }: Registrations,
  callers: number,
): Promise<void> {
  const caller = async (): Promise<void> => {
    for (;;) {
      const email = freshEmail();
      const user = { email, password: goodPassword };
      const answer = await server.post("/api/v1/auth/register", user).catch(() => null);
      if (answer === null) {
        interrupted.push(email);
        return;
      }
      if (answer.status === 201) acknowledged.push(email);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}
