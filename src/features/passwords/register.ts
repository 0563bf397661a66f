import { answerInEqualTime } from "../../kernel/equal-time.ts";
import type { Context } from "../../platform/platform.ts";
import { completeSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { canonicalEmail, firstCredentialsVersion } from "../users/index.ts";
import { hashChosenPassword } from "./choose-password.ts";
import {
  createAccount,
  createConcealedAccount,
  type NewAccount,
  recordFailedRegistration,
} from "./create-account.ts";

/** What is sent to register. */
export interface RegisterInput {
  readonly email: string;
  readonly password: string;
  readonly passwordConfirmation: string | undefined;
  readonly username: string | null;
  readonly name: string | null;
}

/** The new account, and its tokens if no verification is required. */
export interface Registered {
  readonly userId: string;
  readonly email: string;
  readonly tokens: TokenResponse | null;
}

/**
 * Creates an account with a password and mails a link and a code to verify its address. Throws `INVALID_EMAIL`,
 * `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `DUPLICATE_EMAIL` and `DUPLICATE_USERNAME` (neither with `CONCEAL_ACCOUNTS`: then the
 * response is the same whether the address and the username are free or taken), `OVERLOADED`.
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

  const user = { id: ctx.random.id(ctx.clock.now()), email, username, name };
  const account = { ...user, passwordHash };
  await (ctx.settings.concealAccounts
    ? answerInEqualTime(() => createConcealedAccount(ctx, account))
    : createOpenly(ctx, account));

  const tokens = ctx.settings.requireEmailVerification
    ? null
    : await completeSignIn(ctx, {
        user: { ...user, emailVerifiedAt: null, roles: [] },
        amr: ["pwd"],
        credentialsVersion: firstCredentialsVersion,
      });
  return { userId: user.id, email, tokens };
}

async function createOpenly(ctx: Context, account: NewAccount): Promise<void> {
  const refusal = await createAccount(ctx, account);
  if (refusal === null) return;
  recordFailedRegistration(ctx, refusal);
  throw refusal;
}
