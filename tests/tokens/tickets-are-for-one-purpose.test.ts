import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";

import { systemClock } from "../../src/kernel/clock.ts";
import { createTickets } from "../../src/platform/jwt/tickets.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const id = "0123456789012345678901";
const claims = Type.Object({ usr: Type.String() });

interface Changes {
  readonly purpose?: string;
  readonly secret?: string;
  readonly previous?: string | null;
  readonly at?: Date;
}

/** The tickets of a replica with these secrets, at this time. */
function ticketsOf({ purpose = "one", secret, previous = null, at }: Changes = {}) {
  const { settings } = app.platform;
  const { jwtSecretKey } = settings;
  return createTickets(
    {
      settings: {
        ...settings,
        jwtSecretKey: secret ?? jwtSecretKey,
        jwtSecretKeyPrevious: previous,
      },
      clock: at ? { now: () => at } : systemClock,
    },
    { purpose, ttlSeconds: 600, claims },
  );
}

function partsOf(ticket: string): [Record<string, unknown>, Record<string, unknown>] {
  const [header = "", payload = ""] = ticket.split(".");
  const decode = (text: string) => JSON.parse(Buffer.from(text, "base64url").toString());
  return [decode(header), decode(payload)];
}

describe("a ticket", () => {
  test("names its purpose, its id and its end, and nothing that was not given", async () => {
    const at = new Date("2026-05-04T03:02:01Z");
    const tickets = ticketsOf({ at });
    const [header, payload] = partsOf(await tickets.issue(id, { usr: "ada" }));
    expect(header).toEqual({ alg: "HS256", typ: "one+jwt" });
    expect(payload).toEqual({ usr: "ada", jti: id, exp: at.getTime() / 1000 + 600 });
    const verified = await tickets.verify(await tickets.issue(id, { usr: "ada" }));
    expect(verified).toMatchObject({ id, expiresAt: new Date(at.getTime() + 600_000) });
  });

  // security 29
  test("is refused for another purpose, as an access token, and under another secret", async () => {
    const ticket = await ticketsOf().issue(id, { usr: "ada" });
    expect(await ticketsOf().verify(ticket)).not.toBeNull();
    expect(await ticketsOf({ purpose: "two" }).verify(ticket)).toBeNull();
    expect(await ticketsOf({ secret: "another".repeat(6) }).verify(ticket)).toBeNull();
    const { settings, signer } = app.platform;
    const now = new Date();
    for (const type of ["at+jwt", "rt+jwt"] as const) {
      const expected = { type, issuer: settings.jwtIssuer, now };
      expect(await signer.verify(ticket, expected)).toEqual({ status: "invalid" });
      const token = await signer.sign(type, { usr: "ada", jti: id, exp: 4_000_000_000 });
      expect(await ticketsOf().verify(token)).toBeNull();
    }
  });

  test("is accepted under the previous secret", async () => {
    const { jwtSecretKey: previous } = app.platform.settings;
    const ticket = await ticketsOf().issue(id, { usr: "ada" });
    const verified = await ticketsOf({ secret: "another".repeat(6), previous }).verify(ticket);
    expect(verified?.claims.usr).toBe("ada");
  });

  test("is refused once it has expired, or when it is altered, unsigned, too long or lacks a claim", async () => {
    const at = new Date("2026-05-04T03:02:01Z");
    const later = (seconds: number) => ticketsOf({ at: new Date(at.getTime() + seconds * 1000) });
    const tickets = ticketsOf({ at });
    const ticket = await tickets.issue(id, { usr: "ada" });
    expect(await later(599).verify(ticket)).not.toBeNull();
    expect(await later(600).verify(ticket)).toBeNull();

    const [, payload = "", signature = ""] = ticket.split(".");
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const unsigned = encode({ alg: "none", typ: "one+jwt" });
    for (const wrong of [
      "",
      "x",
      `${unsigned}.${payload}.`,
      `${unsigned}.${payload}.${signature}`,
      ticket.replace(payload, encode({ usr: "eve", jti: id, exp: 4_000_000_000 })),
      `${ticket}${"x".repeat(4096)}`,
    ]) {
      expect(await tickets.verify(wrong)).toBeNull();
    }
    const other = createTickets(app.platform, {
      purpose: "one",
      ttlSeconds: 600,
      claims: Type.Object({ mine: Type.String() }),
    });
    expect(await ticketsOf().verify(await other.issue(id, { mine: "x" }))).toBeNull();
  });
});
