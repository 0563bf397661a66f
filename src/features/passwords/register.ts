import { AppError } from "../../kernel/errors.ts";
import { violatedUniqueConstraint } from "../../platform/db/errors.ts";
import { withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, writeAudit } from "../audit/index.ts";
import { composeVerificationMail } from "../email-verification/index.ts";
import { recordEvent } from "../events/index.ts";
import { completeSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { canonicalEmail, users } from "../users/index.ts";
import { hashChosenPassword } from "./choose-password.ts";

/** What a newcomer sends. */
export interface RegisterInput {
  readonly email: string;
  readonly password: string;
  readonly passwordConfirmation: string | undefined;
  readonly username: string | null;
  readonly name: string | null;
}

/** The new account, and its tokens where no verification is asked for. */
export interface Registered {
  readonly userId: string;
  readonly email: string;
  readonly tokens: TokenResponse | null;
}

/**
 * Makes an account with a password and mails a link and a code to verify its address. Throws `INVALID_EMAIL`,
 * `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `DUPLICATE_EMAIL`, `DUPLICATE_USERNAME`, `OVERLOADED`.
 */
export async function register(ctx: Context, input: RegisterInput): Promise<Registered> {
  const email = canonicalEmail(input.email);
  const { username, name } = input;
  const passwordHash = await hashChosenPassword(ctx, {
    password: input.password,
    confirmation: input.passwordConfirmation,
    username,
    email,
  });

  const now = ctx.clock.now();
  const user = { id: ctx.random.id(now), email, username, name };
  const mail = composeVerificationMail(ctx, user);
  const created = ctx.db.$with("created").as(
    ctx.db
      .insert(users)
      .values({ ...user, passwordHash, createdAt: now, updatedAt: now })
      .returning({ id: users.id }),
  );
  try {
    await withEffects(ctx.db, created, [
      ...mail.effects,
      recordAudit(ctx, { action: "user.registered", result: "success", userId: user.id }),
      recordEvent(
        ctx,
        "user.registered",
        { user_id: user.id, email },
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
    const detail = { reason: refusal.code };
    await writeAudit(ctx, { action: "user.registered", result: "failure", userId: null, detail });
    throw refusal;
  }
  ctx.outboxWritten();

  const tokens = ctx.settings.requireEmailVerification
    ? null
    : await completeSignIn(ctx, {
        user: { ...user, emailVerifiedAt: null, roles: [] },
        amr: ["pwd"],
        passwordHash,
      });
  return { userId: user.id, email, tokens };
}

/** The database decides who was first: of any number of racing registrations one is written. */
export function duplicate(error: unknown): AppError | null {
  const constraint = violatedUniqueConstraint(error);
  if (constraint === "users_email_unique") {
    return new AppError("DUPLICATE_EMAIL", "This e-mail address is already registered.", {
      faults: [{ field: "email", issue: "Already registered." }],
    });
  }
  if (constraint === "users_username_unique") {
    return new AppError("DUPLICATE_USERNAME", "This username is already taken.", {
      faults: [{ field: "username", issue: "Already taken." }],
    });
  }
  return null;
}
