import { equalInConstantTime } from "../../kernel/bytes.ts";
import type { Context } from "../../platform/platform.ts";

/** The parameter that this server adds to a request when it sends the user to sign in. It is the last one. */
const markName = "gatehouse_sign_in_since";

/** As many characters as a mark has at most. */
export const roomForMark = `&${markName}=${"0".repeat(15)}.${"0".repeat(43)}`;

/** The clocks of replicas differ: a sign-in may seem to have happened before it was asked for. */
const clockSkewMilliseconds = 2000;
/** A mark that is older is of another attempt. */
const longestMilliseconds = 3_600_000;

/** The query of a request, and since when the user has been asked to sign in for it. */
export interface MarkedQuery {
  /** Without the mark. */
  readonly query: string;
  /** A sign-in since then is one for this request; null if the user was not asked. */
  readonly askedAt: Date | null;
}

/** Reads the mark that `markQuery` added. One that was altered, or is of another request, is no mark. */
export function readMark(ctx: Context, marked: string): MarkedQuery {
  const [, query = marked, time = "", digest = ""] =
    new RegExp(`^(.*)&${markName}=(\\d{1,15})\\.([\\w-]{43})$`, "s").exec(marked) ?? [];
  const asked = Number(time);
  const age = ctx.clock.now().getTime() - asked;
  const isRight =
    time !== "" &&
    age <= longestMilliseconds &&
    ctx.secrets
      .digests("sign-in-mark", messageOf(asked, query))
      .some((right) => equalInConstantTime(right, digest));
  return { query, askedAt: isRight ? new Date(asked - clockSkewMilliseconds) : null };
}

/** The query of a request for which the user is asked to sign in now (OpenID Connect Core §3.1.2.3). */
export function markQuery(ctx: Context, query: string): string {
  const now = ctx.clock.now().getTime();
  const digest = ctx.secrets.digest("sign-in-mark", messageOf(now, query));
  return `${query}&${markName}=${now}.${digest}`;
}

/** The proof that a page about a request was shown in a session: no one else can post its form (RFC 6749 §10.12). */
export function proofOf(ctx: Context, sessionId: string, query: string): string {
  return ctx.secrets.digest("authorization-page", `${sessionId} ${query}`);
}

/** Whether a posted proof is of this session and this request. */
export function isProof(
  ctx: Context,
  { sessionId, query, proof }: { sessionId: string; query: string; proof: string },
): boolean {
  const right = ctx.secrets.digests("authorization-page", `${sessionId} ${query}`);
  return right.some((each) => equalInConstantTime(each, proof));
}

function messageOf(time: number, query: string): string {
  return `${time} ${query}`;
}
