import { and, eq, type SQL, sql } from "drizzle-orm";
import { Type } from "@sinclair/typebox";

import { compileOnUse } from "../../kernel/schema-check.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import { enqueueAlone } from "../../platform/outbox/enqueue.ts";
import { type DeliverMessage, PermanentDeliveryError } from "../../platform/outbox/port.ts";
import { type Context, createContext, type Platform } from "../../platform/platform.ts";
import { type AuditAction, recordAudit } from "../audit/index.ts";
import { addressSource, limits, rateLimited, recipientLimits, spend } from "../limits/index.ts";
import { canonicalEmail, isActive, users } from "../users/index.ts";
import type { ChallengeRecipient } from "./issue-challenge.ts";
import { hasRoomForChallenge } from "./queries.ts";
import type { ChallengePurpose } from "./table.ts";

const nullableString = Type.Union([Type.String(), Type.Null()]);

const requestSchema = compileOnUse(
  Type.Object({
    email: Type.String(),
    origin: Type.Object({
      requestId: Type.String(),
      ipAddress: nullableString,
      userAgent: nullableString,
    }),
    deviceHash: Type.Optional(nullableString),
  }),
);

/** What differs between the requests for a mail that anyone may send. */
export interface MailRequestKind {
  /** The outbox topic of the requests. */
  readonly topic: string;
  /** The purpose of the link in the mail. */
  readonly purpose: ChallengePurpose;
  /** How a request that was fulfilled is recorded. */
  readonly action: AuditAction;
  /** Which active users get the mail, in a query on `users`. By default all of them. */
  readonly which?: SQL;
  /** The effects that issue the challenge and queue the mail. */
  readonly effectsOf: (ctx: Context, recipient: Recipient) => readonly Effect[];
}

/** The user who gets the mail. */
export type Recipient = ChallengeRecipient & { readonly userId: SQL<string> };

/** A request for a mail; `deviceHash` is the digest of the device on which alone its link is to work. */
export interface MailRequest {
  readonly email: string;
  readonly deviceHash?: string | null;
}

/** The requests for one kind of mail. */
export interface MailRequests {
  readonly topic: string;
  /**
   * Accepts a request. Nothing is looked up before the response: for a known and for an unknown address the same single row is
   * written, and a worker does the rest. `deviceHash` binds the link to a device. Throws `INVALID_EMAIL`, `RATE_LIMITED`.
   */
  readonly request: (ctx: Context, input: MailRequest) => Promise<void>;
  /**
   * Fulfils an accepted request: mails an active user with this address. Does nothing for any other address, and for a user who
   * has very many usable links of this purpose.
   */
  readonly createDelivery: (platform: Platform) => DeliverMessage;
}

/** Requests for a mail that anyone may send for any address, with the same response for every address. */
export function createMailRequests(kind: MailRequestKind): MailRequests {
  const { topic } = kind;
  return {
    topic,
    async request(ctx, input) {
      const email = canonicalEmail(input.email);
      if (!(await isWithinLimits(ctx, kind.purpose, email))) return;
      const payload = { email, origin: ctx.origin, deviceHash: input.deviceHash ?? null };
      await enqueueAlone(ctx, { topic, key: null, fairnessKey: email, payload });
    },
    createDelivery: (platform) => async (message) => {
      const request = message.payload;
      if (!requestSchema.Check(request)) throw new PermanentDeliveryError("not a request");
      const ctx = createContext(platform, { kind: "anonymous" }, request.origin);
      await sendMail(ctx, kind, request);
    },
  };
}

/** Whether the recipient may get another mail; the response is the same if not. Throws `RATE_LIMITED` for the client's own limit. */
async function isWithinLimits(
  ctx: Context,
  purpose: ChallengePurpose,
  email: string,
): Promise<boolean> {
  const spent = await spend(ctx, [
    { limit: limits.mailByAddress, source: addressSource(ctx) },
    ...recipientLimits(purpose).map((limit) => ({ limit, source: email })),
  ]);
  if (!spent.isWithin && spent.limit === limits.mailByAddress) throw rateLimited(spent);
  return spent.isWithin;
}

async function sendMail(
  ctx: Context,
  { action, purpose, which, effectsOf }: MailRequestKind,
  { email, deviceHash = null }: MailRequest,
): Promise<void> {
  const user = ctx.db
    .select({ userId: users.id, credentialsVersion: users.credentialsVersion })
    .from(users)
    .where(
      and(
        eq(sql`lower(${users.email})`, email),
        isActive,
        which,
        hasRoomForChallenge(ctx, purpose),
      ),
    );
  await commit(ctx, { query: user }, ({ userId, credentialsVersion }) => [
    ...effectsOf(ctx, { userId, credentialsVersion, email, deviceHash }),
    recordAudit(ctx, { action, result: "success", userId }),
  ]);
}
