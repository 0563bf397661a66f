import type { AppError } from "../../kernel/errors.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { composeVerificationMail } from "../email-verification/index.ts";
import { recordEvent } from "../events/index.ts";
import { duplicate, firstCredentialsVersion, users } from "../users/index.ts";

/** An account with a password, to be made. The address is in canonical form. */
export interface NewAccount {
  readonly id: string;
  readonly email: string;
  readonly username: string | null;
  /** To be hers once her address is verified, if nobody has it then. */
  readonly wantedUsername?: string | null;
  readonly name: string | null;
  readonly passwordHash: string;
}

/** Writes the account and mails a link and a code to verify its address; or gives why not, with nothing written. */
export async function createAccount(ctx: Context, account: NewAccount): Promise<AppError | null> {
  const now = ctx.clock.now();
  const { id: userId, email } = account;
  const credentialsVersion = firstCredentialsVersion;
  const mail = composeVerificationMail(ctx, { ...account, credentialsVersion });
  const created = ctx.db.$with("created").as(
    ctx.db
      .insert(users)
      .values({ ...account, credentialsVersion, createdAt: now, updatedAt: now })
      .returning({ id: users.id }),
  );
  try {
    await withEffects(ctx.db, created, [
      ...mail.effects,
      recordAudit(ctx, { action: "user.registered", result: "success", userId }),
      recordEvent(
        ctx,
        "user.registered",
        { user_id: userId, email },
        ctx.settings.eventsIncludeTokens
          ? { secrets: { email_verification_token: mail.token } }
          : {},
      ),
    ])
      .select()
      .from(created);
  } catch (error) {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    return refusal;
  }
  ctx.outboxWritten();
  return null;
}
