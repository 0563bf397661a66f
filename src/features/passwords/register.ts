import { answerInEqualTime } from "../../kernel/equal-time.ts";
import { AppError, findAppError } from "../../kernel/errors.ts";
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
  /** Undefined for an account without a password (`PASSWORDLESS_SIGN_UP`). */
  readonly password: string | undefined;
  readonly passwordConfirmation: string | undefined;
  readonly username: string | null;
  readonly name: string | null;
}

/** The new account, and its tokens if it has a password and no verification is required. */
export interface Registered {
  readonly userId: string;
  readonly email: string;
  readonly tokens: TokenResponse | null;
}

/**
 * Creates an account and mails a link and a code to verify its address. An account without a password is signed in by nothing but
 * a mail at first. Throws `REGISTRATION_CLOSED`, `INVALID_EMAIL`, `VALIDATION_ERROR` (a reserved username, no password),
 * `PASSWORD_MISMATCH`, `WEAK_PASSWORD`, `DUPLICATE_EMAIL` and `DUPLICATE_USERNAME` (neither with `CONCEAL_ACCOUNTS`: then the
 * response is the same whether the address and the username are free or taken), `RATE_LIMITED`, `OVERLOADED`.
 */
export async function register(ctx: Context, input: RegisterInput): Promise<Registered> {
  const { username, name } = input;
  const email = admitted(ctx, input.email);
  assertNotReserved(ctx, username);
  const passwordHash = await findPasswordHash(ctx, input, email);

  const user = { id: ctx.random.id(ctx.clock.now()), email, username, name };
  const account = { ...user, passwordHash };
  await (ctx.settings.concealAccounts
    ? answerInEqualTime(() => createConcealedAccount(ctx, account))
    : createOpenly(ctx, account));

  // Without a password nothing was proven: an address alone signs no one in.
  const isSignedIn = passwordHash !== null && !ctx.settings.requireEmailVerification;
  const tokens = isSignedIn
    ? await completeSignIn(ctx, {
        user: { ...user, emailVerifiedAt: null, roles: [], mfaRoles: [] },
        amr: ["pwd"],
        credentialsVersion: firstCredentialsVersion,
        hasSecondFactor: false,
      })
    : null;
  return { userId: user.id, email, tokens };
}

/** The hash of the new password; null without one. Counts the registration. */
async function findPasswordHash(
  ctx: Context,
  { password, passwordConfirmation: confirmation, username }: RegisterInput,
  email: string,
): Promise<string | null> {
  const countRegistration = () =>
    spendOrReject(ctx, [{ limit: limits.registrationByAddress, source: addressSource(ctx) }]);
  if (password !== undefined) {
    const chosen = { password, confirmation, username, email, beforeHashing: countRegistration };
    return hashChosenPassword(ctx, chosen);
  }
  if (!ctx.settings.passwordlessSignUp || confirmation !== undefined) throw passwordMissing();
  await countRegistration();
  return null;
}

function passwordMissing(): AppError {
  return new AppError("VALIDATION_ERROR", "The request is not valid.", {
    faults: [{ field: "password", issue: "Is required." }],
  });
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
