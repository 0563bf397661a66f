import { createHash } from "node:crypto";

import { afterAll, beforeEach, describe, expect, test } from "bun:test";

import { createAdmin } from "../../src/features/user-administration/index.ts";
import { failureOf } from "../support/failure-of.ts";
import { freshEmail, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { askForReset, changePassword, confirmReset, outcomeOf } from "../support/password-reset.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";
import { routeToStandIns } from "../support/stand-in-client.ts";

const breached = "Breached-Password-1!";
const unknown = "Unknown-Password-2!";
const digestOf = (password: string) =>
  createHash("sha1").update(password).digest("hex").toUpperCase();

/** What was asked for, and what is responded. */
const received: { path: string; padding: string | null }[] = [];
let respond: () => Response | Promise<Response>;

/** Other digests of the range, an entry that is padding, and the breached one in the middle. */
function rangeOf(lines: readonly string[]): string {
  const others = Array.from(
    { length: 2000 },
    (_, index) => `${index.toString(16).toUpperCase().padStart(35, "0")}:${index + 1}`,
  );
  return [...others.slice(0, 1000), ...lines, ...others.slice(1000)].join("\r\n");
}

const standIn = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch({ url, headers }) {
    received.push({ path: new URL(url).pathname, padding: headers.get("add-padding") });
    return respond();
  },
});

const httpClient = routeToStandIns({ "https://api.pwnedpasswords.com": standIn.url.origin });
const app = useTestApp({ settings: { PASSWORD_HIBP: "true" }, overrides: { httpClient } });

beforeEach(() => {
  received.length = 0;
  respond = () =>
    new Response(rangeOf([`${digestOf(breached).slice(5)}:42`, `${digestOf(unknown).slice(5)}:0`]));
});

afterAll(() => standIn.stop(true));

async function register(password: string, at: Pick<TestApp, "post"> = app) {
  const { status, json } = await at.post("/api/v1/auth/register", {
    email: freshEmail(),
    password,
  });
  return [status, json.error?.code, json.error?.details?.issue];
}

const refused = [
  400,
  "WEAK_PASSWORD",
  "The password is on a list of passwords that were stolen from other services.",
];
const accepted = [201, undefined, undefined];

// NIST SP 800-63B §3.1.1.2
describe("with PASSWORD_HIBP=true", () => {
  test("a password of a breach is refused, and only the beginning of its digest is sent", async () => {
    expect(await register(breached)).toEqual(refused);
    expect(await register(unknown)).toEqual(accepted);
    expect(received).toEqual(
      [breached, unknown].map((password) => ({
        path: `/range/${digestOf(password).slice(0, 5)}`,
        padding: "true",
      })),
    );
  });

  // security 5
  test("it is refused for a reset and for a change, which are possible afterwards, and no sign-in asks", async () => {
    const user = await signUp(app);
    const link = await askForReset(app, user.email);
    received.length = 0;
    const weak: [number, string] = [400, "WEAK_PASSWORD"];
    expect(outcomeOf(await changePassword(app, user, breached))).toEqual(weak);
    expect(outcomeOf(await confirmReset(app, link, breached))).toEqual(weak);
    expect(received).toHaveLength(2);
    const { email, password } = user;
    expect((await app.post("/api/v1/auth/login", { email, password })).status).toBe(200);
    expect(received).toHaveLength(2);
    expect((await confirmReset(app, link, unknown)).status).toBe(200);
  });

  // security 5
  test("it is refused for an administrator who is created by a command", async () => {
    const admin = { email: freshEmail(), username: null, password: breached };
    const creation = createAdmin(operatorOf(app), admin);
    expect(await failureOf(creation)).toMatchObject({ code: "WEAK_PASSWORD" });
  });

  test("a password that the policy refuses anyway is not asked about", async () => {
    expect((await register("short"))[1]).toBe("WEAK_PASSWORD");
    expect(received).toEqual([]);
  });

  test.each<[string, () => Response | Promise<Response>]>([
    ["is an error", () => new Response("", { status: 503 })],
    ["is too long", () => new Response("0".repeat(300_000))],
    ["does not come", () => Bun.sleep(30_000).then(() => new Response(""))],
  ])("where the response %s, the password is accepted and the log says so", async (_name, how) => {
    respond = how;
    const before = app.log.length;
    expect(await register(breached)).toEqual(accepted);
    const lines = app.log.slice(before).join("\n");
    expect(lines).toContain("a new password was not compared with breached ones");
    for (const secret of [breached, digestOf(breached).slice(5)]) {
      expect(lines).not.toContain(secret);
    }
  });
});

test("without it no other service is asked", async () => {
  await using plain = await startTestApp({ overrides: { httpClient } });
  expect(await register(breached, plain)).toEqual(accepted);
  expect(received).toEqual([]);
});
