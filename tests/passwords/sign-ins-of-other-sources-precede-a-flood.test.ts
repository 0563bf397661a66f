import { availableParallelism } from "node:os";

import { afterEach, beforeEach, expect, spyOn, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const concurrency = availableParallelism();
const waiting = 64;
const flooding = 90;
const others = 8;

const app = useTestApp({
  settings: { LOGIN_QUEUE: String(waiting), TRUSTED_PROXIES: "127.0.0.0/8,::1/128" },
});

/** The passwords that were compared, in their order. Comparisons wait until the gate is opened. */
let compared: string[];
let openGate: () => void;
let restore: () => void;

beforeEach(() => {
  const { verify } = Bun.password;
  const gate = Promise.withResolvers<void>();
  compared = [];
  openGate = () => gate.resolve();
  const spy = spyOn(Bun.password, "verify").mockImplementation(async (password, hash) => {
    compared.push(typeof password === "string" ? password : "");
    await gate.promise;
    return verify(password, hash);
  });
  restore = () => spy.mockRestore();
});

afterEach(() => restore());

interface SignIn {
  readonly from: string;
  readonly email: string;
  readonly password: string;
}

function signIn({ from, email, password }: SignIn): Promise<Answer> {
  const headers = { "x-forwarded-for": from };
  return app.call("POST", "/api/v1/auth/login", { json: { email, password }, headers });
}

/** Sends sign-ins at once, and counts the responses that arrived. */
function sendAll(signIns: readonly SignIn[]) {
  const sent = { responses: 0, answers: Promise.resolve<Answer[]>([]) };
  sent.answers = Promise.all(
    signIns.map(async (each) => {
      const answer = await signIn(each);
      sent.responses += 1;
      return answer;
    }),
  );
  return sent;
}

async function usersWithPasswords(): Promise<{ email: string; password: string }[]> {
  const users: { email: string; password: string }[] = [];
  for (let number = 0; number < others; number += 1) {
    users.push(await registerVerified(app, { password: `${goodPassword}${number}` }));
  }
  return users;
}

/** The responses other than 401, each of which must be a 503 with a time. */
function refusedOf(answers: readonly Answer[]): Answer[] {
  const refused = answers.filter(({ status }) => status !== 401);
  for (const { status, json, headers } of refused) {
    expect([status, json.error.code]).toEqual([503, "OVERLOADED"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  return refused;
}

/** A flood that fills the queue, sign-ins of `users` meanwhile, and the place of each one's comparison in the order of all. */
async function floodAndSignIn(
  flood: readonly SignIn[],
  users: readonly SignIn[],
): Promise<{ statuses: number[]; refused: number; places: number[] }> {
  const attack = sendAll(flood);
  const refusedAtFirst = flooding - concurrency - waiting;
  await eventually(
    () => attack.responses,
    (count) => count === refusedAtFirst,
  );
  const signIns = sendAll(users);
  // Each of them displaces a job of the flood.
  await eventually(
    () => attack.responses,
    (count) => count === refusedAtFirst + others,
  );
  expect(signIns.responses).toBe(0);
  openGate();
  const statuses = (await signIns.answers).map(({ status }) => status);
  const refused = refusedOf(await attack.answers);
  const places = users.map(({ password }) => compared.indexOf(password));
  return { statuses, refused: refused.length, places: places.toSorted((a, b) => a - b) };
}

const allSignedIn = Array.from({ length: others }, () => 200);
/** After the comparisons that ran, and some of the flood that end at the same time: places are seen in the order of arrival. */
const lastPlace = 2 * (concurrency + others);

// Attack: one client opens 90 connections, and no other client can sign in.
// security 108, 153
test("of 90 sign-ins of one source and 8 of others, the 8 are the next round", async () => {
  const users = await usersWithPasswords();
  compared.length = 0;
  const flood = Array.from({ length: flooding }, () => ({
    from: "198.51.100.1",
    email: freshEmail(),
    password: "Wrong-password-1",
  }));
  const found = await floodAndSignIn(
    flood,
    users.map((user, number) => ({ ...user, from: `203.0.113.${number}` })),
  );
  expect([found.statuses, found.refused]).toEqual([
    allSignedIn,
    flooding - concurrency - waiting + others,
  ]);
  expect(found.places.at(-1)).toBeLessThanOrEqual(lastPlace);
});

// Attack: the same from one IPv6 network, each connection from another address of it.
// security 153
test("the addresses of one IPv6 network of 64 bits are one source", async () => {
  const users = await usersWithPasswords();
  compared.length = 0;
  const flood = Array.from({ length: flooding }, (_, number) => ({
    from: `2001:db8:0:1::${number.toString(16)}`,
    email: freshEmail(),
    password: "Wrong-password-1",
  }));
  const found = await floodAndSignIn(
    flood,
    users.map((user, number) => ({ ...user, from: `2001:db8:0:${number + 2}::1` })),
  );
  expect(found.places.at(-1)).toBeLessThanOrEqual(lastPlace);
  expect(found.statuses).toEqual(allSignedIn);
});

// Bad day: all users are behind one address, and one account is attacked from there.
// security 153
test("within one source a flood against one account leaves other accounts their turns", async () => {
  const users = await usersWithPasswords();
  compared.length = 0;
  const [email, from] = [freshEmail(), "198.51.100.1"];
  const flood = Array.from({ length: flooding }, () => ({
    from,
    email,
    password: "Wrong-password-1",
  }));
  const found = await floodAndSignIn(
    flood,
    users.map((user) => ({ ...user, from })),
  );
  expect(found.places.at(-1)).toBeLessThanOrEqual(lastPlace);
  expect(found.statuses).toEqual(allSignedIn);
});
