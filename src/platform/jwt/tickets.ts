import jwt from "@elysiajs/jwt";
import { type Static, type TObject, Type } from "@sinclair/typebox";

import { addSeconds, type Clock, numericDate } from "../../kernel/clock.ts";
import { compileOnUse } from "../../kernel/schema-check.ts";
import type { Settings } from "../config/settings.ts";
import { deriveKey } from "../secrets/secrets.ts";

/** A ticket that was verified. */
export interface Ticket<Claims> {
  /** The claim `jti`: what `useTicket` uses once. */
  readonly id: string;
  readonly expiresAt: Date;
  readonly claims: Claims;
}

/** Signs and verifies the tickets of one purpose. */
export interface Tickets<Claims extends object> {
  /** A ticket with this id of 128 random bits or more, which expires after the time of its purpose. */
  issue(id: string, claims: Claims): Promise<string>;
  /** Null for a ticket that is malformed, altered, of another purpose, or expired for longer than `graceSeconds` (default 0). */
  verify(text: string, options?: { readonly graceSeconds: number }): Promise<Ticket<Claims> | null>;
}

/** A longer one is refused before it is parsed. */
const maximumLength = 4096;

const registered = Type.Object({ jti: Type.String({ minLength: 22 }), exp: Type.Integer() });

/**
 * Short-lived tokens that pass through a browser, such as the `state` of a sign-in at a provider. Each purpose has a key and a
 * `typ` of its own (RFC 8725 §3.11, §3.12), so that no ticket is accepted for another purpose or as an access token. A ticket
 * that the previous `JWT_SECRET_KEY` signed is accepted.
 */
export function createTickets<Schema extends TObject>(
  { settings, clock }: { readonly settings: Settings; readonly clock: Clock },
  options: { readonly purpose: string; readonly ttlSeconds: number; readonly claims: Schema },
): Tickets<Static<Schema>> {
  const { purpose, ttlSeconds } = options;
  const typ = `${purpose}+jwt`;
  const hasOwnClaims = compileOnUse(options.claims);
  const hasRegisteredClaims = compileOnUse(registered);
  const [current, ...previous] = [settings.jwtSecretKey, settings.jwtSecretKeyPrevious]
    .filter((root) => root !== null)
    .map((root) => signerOf(deriveKey(root, `ticket:${purpose}`), typ));
  if (current === undefined) throw new Error("no key signs tickets");

  return {
    issue(id, claims) {
      const exp = numericDate(addSeconds(clock.now(), ttlSeconds));
      return current.sign(asSignable({ ...claims, jti: id, exp, iat: false }));
    },
    async verify(text, { graceSeconds: clockTolerance } = { graceSeconds: 0 }) {
      if (text.length > maximumLength) return null;
      const expected = { currentDate: clock.now(), algorithms: ["HS256"], typ, clockTolerance };
      for (const { verify } of [current, ...previous]) {
        const claims: unknown = await verify(text, expected);
        if (!hasRegisteredClaims.Check(claims) || !hasOwnClaims.Check(claims)) continue;
        return { id: claims.jti, expiresAt: new Date(claims.exp * 1000), claims };
      }
      return null;
    },
  };
}

/** The library's type of claims is a recursive type of JSON values, which a generic type is never known to match. */
function asSignable(claims: object): Parameters<ReturnType<typeof signerOf>["sign"]>[0] {
  return claims as Parameters<ReturnType<typeof signerOf>["sign"]>[0];
}

/** The library's functions, without an application. Its `verify` returns false for every fault. */
function signerOf(secret: Uint8Array, typ: string) {
  return jwt({ name: "ticket", secret, alg: "HS256", typ }).decorator.ticket;
}
