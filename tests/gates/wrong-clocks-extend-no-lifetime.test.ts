import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import {
  runGatehouse,
  runSuccessfully,
  type ServerProcess,
  startGatehouse,
} from "../support/executable.ts";
import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { freshEmail, goodPassword, logIn } from "../support/journey.ts";
import { compileMovedClock, type MovedClock } from "../support/moved-clock.ts";

setDefaultTimeout(60_000);

/** By how many seconds the clock of each replica is wrong. */
const wrongBy = { right: 0, nearlyRight: 45, ahead: 600, behind: -600 } as const;
type Name = keyof typeof wrongBy;
const names = ["right", "nearlyRight", "ahead", "behind"] as const;

const common = {
  ENVIRONMENT: "test",
  PUBLIC_URL: "http://localhost",
  JWT_SECRET_KEY: "a-secret-of-more-than-thirty-two-characters",
  BCRYPT_COST: "4",
  REQUIRE_EMAIL_VERIFICATION: "false",
  JWT_ACCESS_TOKEN_TTL: "5m",
  JWT_REFRESH_TOKEN_TTL: "8m",
};

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

// security 143
describeWithProgram("replicas whose clocks are wrong", "cc", () => {
  const user = { email: freshEmail(), password: goodPassword };
  const replicas = new Map<Name, ServerProcess>();
  const stack = new AsyncDisposableStack();
  let home: Home;
  let movedClock: MovedClock;
  let options: { cwd: string; settings: Record<string, string> };

  beforeAll(async () => {
    home = stack.use(await createMigratedHome("postgres"));
    const compiled = await compileMovedClock(home.cwd);
    if (compiled === null) throw new Error("no cc");
    movedClock = compiled;
    options = { cwd: home.cwd, settings: { ...common, ...home.settings } };
    for (const name of names) {
      const settings = { ...options.settings, ...movedClock(wrongBy[name]) };
      replicas.set(name, stack.use(await startGatehouse({ ...options, settings })));
    }
    const registered = await at("right").post("/api/v1/auth/register", user);
    expect(registered.status).toBe(201);
  });

  afterAll(() => stack.disposeAsync());

  function at(name: Name): ServerProcess {
    const replica = replicas.get(name);
    if (!replica) throw new Error(`no replica ${name}`);
    return replica;
  }

  async function signInAt(name: Name): Promise<Tokens> {
    const answer = await logIn(at(name), user);
    expect([name, answer.status]).toEqual([name, 200]);
    return answer.json.data;
  }

  /** The status or the error code of a token at each replica. */
  async function accepts({ access_token: bearer }: Tokens): Promise<Record<string, unknown>> {
    const found = names.map(async (name) => {
      const { status, json } = await at(name).call("GET", "/api/v1/users/me", { bearer });
      return [name, status === 200 ? status : json.error.code] as const;
    });
    return Object.fromEntries(await Promise.all(found));
  }

  test("an access token expires by the clock of the replica that verifies it, without leeway", async () => {
    const [expired, early] = ["EXPIRED_TOKEN", "INVALID_TOKEN"];
    const right = { right: 200, nearlyRight: 200, ahead: expired, behind: early };
    expect(await accepts(await signInAt("right"))).toEqual(right);
    const ofBehind = { right: expired, nearlyRight: expired, ahead: expired, behind: 200 };
    expect(await accepts(await signInAt("behind"))).toEqual(ofBehind);
  });

  test("a token of a replica that is ahead is accepted up to 60 seconds early, and not more", async () => {
    const early = "INVALID_TOKEN";
    const ofNearlyRight = { right: 200, nearlyRight: 200, ahead: "EXPIRED_TOKEN", behind: early };
    expect(await accepts(await signInAt("nearlyRight"))).toEqual(ofNearlyRight);
    const ofAhead = { right: early, nearlyRight: early, ahead: 200, behind: early };
    expect(await accepts(await signInAt("ahead"))).toEqual(ofAhead);
  });

  test("a session ends at its time by each clock, and a refresh of an expired one extends nothing", async () => {
    const { refresh_token } = await signInAt("right");
    const refreshAt = (name: Name) => at(name).post("/api/v1/auth/refresh", { refresh_token });
    const [ahead, behind, right] = [
      await refreshAt("ahead"),
      await refreshAt("behind"),
      await refreshAt("right"),
    ];
    expect([ahead.status, behind.status, right.status]).toEqual([401, 401, 200]);
  });

  test("a sign-out at a replica with a wrong clock ends the session everywhere", async () => {
    const tokens = await signInAt("nearlyRight");
    const { access_token: bearer, refresh_token } = tokens;
    const out = await at("nearlyRight").call("POST", "/api/v1/auth/logout", {
      bearer,
      json: { refresh_token },
    });
    expect(out.status).toBe(200);
    expect(Object.values(await accepts(tokens))).not.toContain(200);
  });

  test("a sign-out at a replica with the right time ends a session that only a replica ahead accepts", async () => {
    const tokens = await signInAt("ahead");
    expect((await accepts(tokens))["ahead"]).toBe(200);
    const { access_token: bearer } = tokens;
    const out = await at("right").call("POST", "/api/v1/auth/logout", { bearer, json: {} });
    expect(out.status).toBe(200);
    const after = await eventually(
      () => accepts(tokens),
      (found) => found["ahead"] !== 200,
    );
    expect(after["ahead"]).toBe("INVALID_TOKEN");
  });

  test("the audit log is whole, and the doctor names a wrong clock", async () => {
    await runSuccessfully(["audit", "verify"], options);
    for (const seconds of [wrongBy.ahead, wrongBy.behind]) {
      const settings = { ...options.settings, ...movedClock(seconds) };
      const { exitCode, stdout } = await runGatehouse(["doctor"], { ...options, settings });
      expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/^fail +clock /m)]);
    }
  });
});
