import { and, eq } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { isUsedTicket, useTicketOnce, wasUsed } from "../../platform/used-tickets/use-ticket.ts";
import { recordFailure } from "../audit/index.ts";
import {
  invalidCode,
  proveFactor,
  secondFactorTickets,
  type SentFactor,
  trustDevice,
} from "../mfa/index.ts";
import { userColumns } from "../roles/index.ts";
import { completeSignIn, countSignIn } from "../sign-in/index.ts";
import { invalidToken, type TokenResponse } from "../tokens/index.ts";
import { isActive, users } from "../users/index.ts";

const action = "user.login";

/**
 * A code of the app and a recovery code are both one-time passwords (RFC 8176 §2: `otp`); with what was proven before, two
 * factors were proven (`mfa`).
 */
const addedMethods = ["otp", "mfa"];

/** What finishes a sign-in that lacks the second factor. */
export interface SecondStep {
  readonly mfaToken: string;
  readonly sent: SentFactor;
  /** Whether later sign-ins on this device are to need no second factor, for 30 days. */
  readonly isToTrustDevice: boolean;
}

/**
 * Finishes a sign-in with the second factor. Of any number of racing requests one gets a session. Throws `INVALID_TOKEN` (the
 * `mfa_token` is unknown, expired, used or void), `INVALID_CODE`, `RATE_LIMITED`, and what `completeSignIn` throws.
 */
export function verifySecondFactor(ctx: Context, step: SecondStep): Promise<TokenResponse> {
  return countSignIn(ctx, "second-factor", () => takeSecondStep(ctx, step));
}

async function takeSecondStep(
  ctx: Context,
  { mfaToken, sent, isToTrustDevice }: SecondStep,
): Promise<TokenResponse> {
  const ticket = await secondFactorTickets(ctx).verify(mfaToken);
  if (ticket === null) throw invalidToken();
  const { usr: userId, ver: credentialsVersion, amr, by } = ticket.claims;
  const owner = { userId, credentialsVersion };
  const user = await findWaitingUser(ctx, { ...owner, ticketId: ticket.id });
  if (user === null) throw invalidToken();
  const proof = await proveFactor(ctx, { ...owner, email: user.email }, sent, { action });
  const trust = isToTrustDevice ? trustDevice(ctx, owner) : null;
  const tokens = await completeSignIn(ctx, {
    user,
    amr: [...new Set([...amr, ...addedMethods])],
    credentialsVersion,
    ...(by === undefined ? {} : { by }),
    proof: {
      isOfMailbox: false,
      query: proof.query,
      effects: () => [
        useTicketOnce(ticket),
        ...proof.consumption,
        ...proof.effects,
        ...(trust?.effects ?? []),
      ],
      refusal: invalidCode(),
    },
  }).catch((error: unknown) => {
    if (!isUsedTicket(error)) throw error;
    recordFailure(ctx, { action, userId, detail: { reason: "proof_void" } });
    throw invalidToken();
  });
  trust?.store();
  return tokens;
}

/** The user of an unused ticket, as they were when it was issued; null if they changed since. */
async function findWaitingUser(
  ctx: Context,
  waiting: {
    readonly userId: string;
    readonly credentialsVersion: number;
    readonly ticketId: string;
  },
) {
  const [row] = await ctx.db
    .select({ ...userColumns, isUsed: wasUsed(ctx.db, waiting.ticketId).as("is_used") })
    .from(users)
    .where(
      and(
        eq(users.id, waiting.userId),
        eq(users.credentialsVersion, waiting.credentialsVersion),
        isActive,
      ),
    );
  if (!row) return null;
  const { isUsed, ...user } = row;
  return isUsed ? null : user;
}
