import postgres from "postgres";

import { freshEmail, goodPassword } from "../tests/support/journey.ts";
import { median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { rankTestProbability } from "./rank-test.ts";
import { register, startBenchServer } from "./server.ts";

const bcryptCost = 10;
/** Calls of each kind in a round: three rounds make 200 sign-ins and more. */
const callsPerRound = 67;

type Call = () => Promise<void>;

/**
 * How far the times of responses tell which addresses have an account: the difference of the medians as a part of the time of
 * one bcrypt comparison (at most 5 %), and the probability of such a difference by chance (at least 1 %).
 */
export const equalTime: Measurement = {
  name: "equal time",
  async measure({ rounds }) {
    await using running = await startBenchServer("postgres", {
      BCRYPT_COST: String(bcryptCost),
      CONCEAL_ACCOUNTS: "true",
      REQUIRE_EMAIL_VERIFICATION: "true",
      LOCKOUT_THRESHOLD: "100",
    });
    const { home, server } = running;
    const known = (await register(server)).email;
    const passwordless = (await register(server)).email;
    const sql = postgres(home.settings["DATABASE_URL"] ?? "", { max: 1, onnotice: () => {} });
    await using _closed = { [Symbol.asyncDispose]: () => sql.end() };
    await sql`update users set password_hash = null where email = ${passwordless}`;

    function post(path: string, email: () => string, more: object, expected: number): Call {
      return async () => {
        const { status, text } = await server.post(`/api/v1/auth/${path}`, {
          email: email(),
          ...more,
        });
        if (status !== expected) throw new Error(`${path}: ${status} ${text}`);
      };
    }
    const kinds = (path: string, more: object, status: number) => ({
      known: post(path, () => known, more, status),
      unknown: post(path, freshEmail, more, status),
      "password-less": post(path, () => passwordless, more, status),
    });

    const hashMilliseconds = await timeOfComparison();
    const results: Result[] = [];
    for (const [what, calls] of [
      ["failed sign-in", kinds("login", { password: "Another-password-1!" }, 401)],
      ["wrong verification code", kinds("verify", { code: "000000" }, 401)],
      ["wrong sign-in code", kinds("magic-link/verify", { code: "000000" }, 401)],
      ["password reset request", kinds("password/reset", {}, 202)],
      ["magic link request", kinds("magic-link", {}, 202)],
      ["verification mail request", kinds("resend-verification", {}, 202)],
      ["concealed registration", kinds("register", { password: goodPassword }, 201)],
    ] as const) {
      const samples: Samples[] = [];
      for (let round = 0; round < rounds; round += 1) {
        // Else the accounts that are called each time would be paused, and their passwords not compared.
        await sql`delete from limit_counts`;
        samples.push(await interleave(calls));
      }
      for (const kind of ["unknown", "password-less"] as const) {
        results.push(...compare(`${what}: known and ${kind}`, samples, kind, hashMilliseconds));
      }
    }
    return results;
  },
};

type Kind = "known" | "unknown" | "password-less";
/** The milliseconds of each call. */
type Samples = Record<Kind, number[]>;

/** Calls the kinds in turn, each time beginning with another, so that none always follows the same one. */
async function interleave(calls: Record<Kind, Call>): Promise<Samples> {
  const kinds = ["known", "unknown", "password-less"] as const;
  const samples: Samples = { known: [], unknown: [], "password-less": [] };
  for (let turn = 0; turn < callsPerRound; turn += 1) {
    for (let offset = 0; offset < kinds.length; offset += 1) {
      const kind = kinds[(turn + offset) % kinds.length] ?? "known";
      const startedAt = performance.now();
      await calls[kind]();
      samples[kind].push(performance.now() - startedAt);
    }
  }
  return samples;
}

function compare(
  what: string,
  samples: readonly Samples[],
  kind: Kind,
  hashMilliseconds: number,
): Result[] {
  const medians = samples.map((round) => [median(round.known), median(round[kind])] as const);
  const differences = medians.map(
    ([known, other]) => (Math.abs(known - other) / hashMilliseconds) * 100,
  );
  const probabilities = samples.map((round) => rankTestProbability(round.known, round[kind]));
  const described = medians.map(([known, other]) => `${known.toFixed(2)}/${other.toFixed(2)} ms`);
  return [
    {
      id: "equal time",
      what,
      value: median(differences),
      unit: "% of a comparison",
      target: { atMost: 5 },
      rounds: differences,
      note: described.join(", "),
    },
    {
      id: "equal time",
      what: `${what}, rank test`,
      value: median(probabilities),
      unit: "",
      target: { atLeast: 0.01 },
      rounds: probabilities,
    },
  ];
}

/** The median of some bcrypt comparisons, in milliseconds. */
async function timeOfComparison(): Promise<number> {
  const hash = await Bun.password.hash(goodPassword, { algorithm: "bcrypt", cost: bcryptCost });
  const times: number[] = [];
  for (let turn = 0; turn < 15; turn += 1) {
    const startedAt = performance.now();
    await Bun.password.verify("another", hash);
    times.push(performance.now() - startedAt);
  }
  return median(times);
}
