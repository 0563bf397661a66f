import {
  and,
  desc,
  eq,
  exists,
  gt,
  inArray,
  isNotNull,
  isNull,
  lt,
  sql,
  type SQL,
} from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { type Effect, updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { codeHashes } from "./issue-challenge.ts";
import { isBoundTo, lockOwner } from "./queries.ts";
import { type ChallengePurpose, codeAttempts, emailChallenges } from "./table.ts";

/** A code that was entered for an address. */
export interface EnteredCode {
  readonly purpose: ChallengePurpose;
  /** In canonical form. */
  readonly email: string;
  readonly code: string;
}

/** The codes that an entry is compared with: those of the newest mails. */
const comparedCodes = 5;
/** The wrong codes that one address may have until a proof of the mailbox (NIST SP 800-63B §3.2.2); one an hour is forgotten. */
const maximumFailures = 100;

/** Whether a challenge has a code that was mailed, has not expired and was not tried too often. */
function isToBeTried({ clock, settings }: Context, purpose: ChallengePurpose): SQL | undefined {
  return and(
    eq(emailChallenges.purpose, purpose),
    isNull(emailChallenges.consumedAt),
    isNotNull(emailChallenges.mailedAt),
    gt(emailChallenges.codeExpiresAt, clock.now()),
    lt(emailChallenges.attempts, settings.otpMaxAttempts),
  );
}

/**
 * The parts of a statement that compares a code with the active codes of its address. `tried` locks them, so that the entries
 * of any number of requests are compared one after the other; `counted` counts the entry against the address, and has no row if
 * there is no code to try or too many entries were wrong. A right code resets that count.
 */
export function tryCode(ctx: Context, entered: EnteredCode) {
  const { db } = ctx;
  const { purpose, email, code } = entered;
  const now = ctx.clock.now();
  // Without a code to try nothing is locked: a flood of guesses does not delay the user's own requests.
  const hasCode = exists(
    db
      .select({ id: emailChallenges.id })
      .from(emailChallenges)
      .where(and(eq(emailChallenges.userId, users.id), isToBeTried(ctx, purpose))),
  );
  const owner = lockOwner(db, sql`lower(${users.email}) = ${email} and ${hasCode}`);
  const tried = db.$with("tried").as(
    db
      .select({
        id: emailChallenges.id,
        isRight:
          sql<boolean>`${inArray(emailChallenges.codeHash, codeHashes(ctx, entered, code))}`.as(
            "is_right",
          ),
      })
      .from(emailChallenges)
      .innerJoin(owner, isBoundTo(owner, purpose))
      .where(isToBeTried(ctx, purpose))
      .orderBy(desc(emailChallenges.id))
      .limit(comparedCodes)
      .for("no key update", { of: emailChallenges }),
  );
  const present = timestampOf(now);
  const failed = sql`${present} + count(*) * interval '1 hour'`;
  const counted = db.$with("counted", { email: sql<string>`email`.as("email") }).as(sql`
    insert into ${codeAttempts} (email, forgotten_at)
    select ${email}::text, case when bool_or(${tried.isRight}) then ${present} else ${failed} end
    from ${tried} having count(*) > 0
    on conflict (email) do update
    set forgotten_at = case when excluded.forgotten_at = ${present} then ${present}
      else greatest(${codeAttempts.forgottenAt}, ${present}) + (excluded.forgotten_at - ${present}) end
    where ${codeAttempts.forgottenAt} <= ${timestampOf(addSeconds(now, (maximumFailures - 1) * 3600))}
    returning email`);
  return { owner, tried, counted, parts: [owner, tried, counted] };
}

function timestampOf(time: Date): SQL {
  return sql`${sql.param(time, codeAttempts.forgottenAt)}::timestamptz`;
}

/** The effect of a wrong entry on the codes that it was compared with, in a statement with the parts of `tryCode`. */
export function countAttempt({ tried }: Pick<ReturnType<typeof tryCode>, "tried">): Effect {
  return updateRows(
    emailChallenges,
    { attempts: sql`${emailChallenges.attempts} + 1` },
    sql`${emailChallenges.id} in (select ${tried.id} from ${tried})`,
    "tried",
  );
}
