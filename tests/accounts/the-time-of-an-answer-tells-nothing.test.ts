import { beforeAll, expect, test } from "bun:test";

import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";
import { differenceOfTimes } from "../support/time-difference.ts";

// Cost 9, so that it is over in seconds; at the cost of production a leak of the same size would be a smaller part.
const cost = "9";

const app = useTestApp({ settings: { BCRYPT_COST: cost } });
let known: string;
let passwordless: string;
let waiting: string;

beforeAll(async () => {
  known = (await registerVerified(app)).email;
  passwordless = (await registerVerified(app)).email;
  await app.rows(`update users set password_hash = null where email = '${passwordless}'`);
  waiting = freshEmail();
  await app.post("/api/v1/auth/register", { email: waiting, password: goodPassword });
});

async function post(path: string, body: unknown, status: number): Promise<void> {
  const answer = await app.post(`/api/v1/auth/${path}`, body);
  if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${answer.text}`);
}

function logIn(email: string): Promise<void> {
  return post("login", { email, password: "Not-her-password-1!" }, 401);
}

// Attack: measuring whether a password was hashed tells which addresses have an account.
// security 9, 13
test("a sign-in takes as long for a known, an unknown and a password-less account", async () => {
  const hashMilliseconds = await timeOfHash();
  const cases = [() => logIn(known), () => logIn(freshEmail()), () => logIn(passwordless)];
  expect(await differenceOfTimes(cases, hashMilliseconds * 0.05)).toBeLessThan(
    hashMilliseconds * 0.05,
  );
}, 60_000);

// security 13
test("a guessed code takes as long for an address that waits for one and for any other", async () => {
  const guess = (email: string) => () => post("verify", { email, code: "000000" }, 401);
  // Five guesses kill the code; from then on the row is found and not touched.
  const cases = [guess(waiting), guess(freshEmail()), guess(known)];
  expect(await differenceOfTimes(cases, 2)).toBeLessThan(2);
}, 60_000);

// security 13
test("asking for a mail takes as long for every address", async () => {
  const ask = (email: string) => () => post("resend-verification", { email }, 202);
  const cases = [ask(waiting), ask(freshEmail()), ask(known)];
  expect(await differenceOfTimes(cases, 2)).toBeLessThan(2);
}, 60_000);

/** The time of one comparison in milliseconds, the least of some. */
async function timeOfHash(): Promise<number> {
  const hash = await Bun.password.hash(goodPassword, { algorithm: "bcrypt", cost: Number(cost) });
  const times: number[] = [];
  for (let round = 0; round < 5; round += 1) {
    const started = performance.now();
    await Bun.password.verify("another", hash);
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}
