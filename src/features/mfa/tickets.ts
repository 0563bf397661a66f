import { type Static, Type } from "@sinclair/typebox";

import { createTickets, type Tickets } from "../../platform/jwt/tickets.ts";
import type { Platform } from "../../platform/platform.ts";

/** For how long a sign-in waits for the second factor. */
export const ticketTtlSeconds = 300;

const claims = Type.Object({
  /** The user. */
  usr: Type.String(),
  /** The version of their credentials when the first factor was proven. */
  ver: Type.Integer(),
  /** What was proven so far (RFC 8176). */
  amr: Type.Array(Type.String()),
  /** What the first proof came from, for the audit log: the name of a provider. */
  by: Type.Optional(Type.String()),
});

/** The claims of an `mfa_token`. */
export type SecondFactorClaims = Static<typeof claims>;

const ofSettings = new WeakMap<Platform["settings"], Tickets<SecondFactorClaims>>();

/** The tickets (`mfa_token`) of sign-ins that lack the second factor. Each leads to one session. */
export function secondFactorTickets(platform: Platform): Tickets<SecondFactorClaims> {
  const known = ofSettings.get(platform.settings);
  if (known) return known;
  const { settings, clock } = platform;
  const options = { purpose: "second-factor", ttlSeconds: ticketTtlSeconds, claims };
  const tickets = createTickets({ settings, clock }, options);
  ofSettings.set(settings, tickets);
  return tickets;
}
