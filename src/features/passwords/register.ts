import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { findAppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { completeSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import {
  assertDomainAllowed,
  assertNotReserved,
  assertRegistrationOpen,
  canonicalEmail,
  firstCredentialsVersion,
} from "../users/index.ts";
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
 * Creates an account with a password and mails a link and a code to verify its address. Throws `REGISTRATION_CLOSED`,
 * `INVALID_EMAIL`, `VALIDATION_ERROR` (a reserved username), `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `DUPLICATE_EMAIL` and
 * `DUPLICATE_USERNAME` (neither with `CONCEAL_ACCOUNTS`: then the response is the same whether the address and the username are
 * free or taken), `RATE_LIMITED`, `OVERLOADED`.
 */
export async function register(ctx: Context, input: RegisterInput): Promise<Registered> {
  const { username, name } = input;
  const email = admitted(ctx, input.email);
  assertNotReserved(ctx, username);
  const passwordHash = await hashChosenPassword(ctx, {
    beforeHashing: () =>
      spendOrReject(ctx, [{ limit: limits.registrationByAddress, source: addressSource(ctx) }]),
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
        user: { ...user, emailVerifiedAt: null, roles: [], mfaRoles: [] },
        amr: ["pwd"],
        credentialsVersion: firstCredentialsVersion,
      });
  return { userId: user.id, email, tokens };
}

/** The address in canonical form, if it may register. Decided before anything is looked up or hashed. */
function admitted(ctx: Context, received: string): string {
  try {
    assertRegistrationOpen(ctx);
    const email = canonicalEmail(received);
    assertDomainAllowed(ctx, email);
    return email;
  } catch (error) {
    const refusal = findAppError(error);
    if (refusal?.code === "REGISTRATION_CLOSED") recordFailedRegistration(ctx, refusal);
    throw error;
  }
}

async function createOpenly(ctx: Context, account: NewAccount): Promise<void> {
  const refusal = await createAccount(ctx, account);
  if (refusal === null) return;
  recordFailedRegistration(ctx, refusal);
  throw refusal;
}
