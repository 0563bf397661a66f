import { describe, expect, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { sessionOf } from "../support/session-calls.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const curl = "curl/8.15.0";

describe("on Postgres", () => {
  const app = useTestApp({ settings: { TRUSTED_PROXIES: "127.0.0.1/32" } });

  async function refreshFrom(refreshToken: string, address: string, agent: string) {
    const answer = await app.post(
      "/api/v1/auth/refresh",
      { refresh_token: refreshToken },
      { headers: { "x-forwarded-for": address, "user-agent": agent } },
    );
    expect(answer.status).toBe(200);
    return answer;
  }

  const graceRows = (one: TestApp, token: string) =>
    one.rows(
      `select result, user_id, amr, ip_address, user_agent, request_id, detail from audit_log
       where action = 'session.refresh_grace' and session_id = '${sessionOf(token)}' order by id`,
    );

  // security 161
  test("a refresh within the grace has a row with its address and user agent, also from the same place", async () => {
    const user = await signUp(app);
    await refreshFrom(user.refreshToken, "198.51.100.7", firefox);
    expect(await graceRows(app, user.refreshToken)).toEqual([]);
    const repeated = await refreshFrom(user.refreshToken, "198.51.100.7", firefox);
    expect(await graceRows(app, user.refreshToken)).toEqual([
      {
        result: "success",
        user_id: user.userId,
        amr: ["pwd"],
        ip_address: "198.51.100.7",
        user_agent: firefox,
        request_id: repeated.headers.get("x-request-id"),
        detail: { elsewhere: false },
      },
    ]);
  });

  // The attack: a stolen refresh token is used within seconds of its owner, from another machine.
  // security 161
  test.each([
    ["203.0.113.9", curl, true],
    ["203.0.113.9", firefox, false],
    ["198.51.100.201", curl, false],
    ["2001:db8:1:2::1", curl, true],
  ])("after a use from 198.51.100.7, one from %s with %s is elsewhere: %p", async (...second) => {
    const [address, agent, elsewhere] = second;
    const user = await signUp(app);
    await refreshFrom(user.refreshToken, "198.51.100.7", firefox);
    // One from the right place in between is not the first use.
    await refreshFrom(user.refreshToken, "198.51.100.7", firefox);
    const logged = app.log.length;
    await refreshFrom(user.refreshToken, address, agent);
    const rows = await graceRows(app, user.refreshToken);
    expect(rows.map(({ detail }) => detail)).toEqual([{ elsewhere: false }, { elsewhere }]);
    const warnings = app.log
      .slice(logged)
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg.includes("from another network"));
    expect(warnings).toMatchObject(
      elsewhere
        ? [
            {
              level: "warn",
              session_id: sessionOf(user.refreshToken),
              user_id: user.userId,
              client_address: address,
            },
          ]
        : [],
    );
  });

  // security 161
  test.each([
    ["2001:db8:1:2::2", false],
    ["2001:db8:1:3::1", true],
  ])("IPv6 addresses are compared by /64: %s is elsewhere: %p", async (address, elsewhere) => {
    const user = await signUp(app);
    await refreshFrom(user.refreshToken, "2001:db8:1:2:aaaa::1", firefox);
    await refreshFrom(user.refreshToken, address, curl);
    const [row] = await graceRows(app, user.refreshToken);
    expect(row?.["detail"]).toEqual({ elsewhere });
  });

  // The first use is the one that replaced this token, not one of an earlier token of the session.
  test("a session that moved before is compared with its latest use", async () => {
    const user = await signUp(app);
    const first = await refreshFrom(user.refreshToken, "198.51.100.7", firefox);
    const { refresh_token } = first.json.data;
    await refreshFrom(refresh_token, "203.0.113.9", curl);
    await refreshFrom(refresh_token, "203.0.113.10", curl);
    await refreshFrom(refresh_token, "198.51.100.7", firefox);
    const rows = await graceRows(app, user.refreshToken);
    expect(rows.map(({ detail }) => detail)).toEqual([{ elsewhere: false }, { elsewhere: true }]);
  });
});
