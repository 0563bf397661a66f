import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import { logIn, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { startTestApp } from "../support/test-app.ts";

const users = 12;
const devices = 3;

describe.each([...databaseKinds])("on %s", (database) => {
  // The attack: to receive the tokens of a concurrent request.
  test("each of many concurrent refreshes gets its own tokens, and is audited with its own request", async () => {
    await using app = await startTestApp({ database });
    const owners = await Promise.all(Array.from({ length: users }, () => signUp(app)));
    const sessions = await Promise.all(
      owners.flatMap((user) => Array.from({ length: devices }, () => logIn(app, user))),
    );
    const tokens = sessions.map(({ json }) => json.data.refresh_token);
    for (let round = 0; round < 5; round += 1) {
      const answers = await race(tokens.length, (index) =>
        app.call("POST", "/api/v1/auth/refresh", {
          json: { refresh_token: tokens[index] },
          headers: { "user-agent": `device ${index}`, "x-request-id": `round-${round}-${index}` },
        }),
      );
      const rows = await app.rows(
        `select request_id, user_agent, user_id, session_id from audit_log where request_id like 'round-${round}-%'`,
      );
      expect(rows).toHaveLength(tokens.length);
      for (const [index, { status, json }] of answers.entries()) {
        expect(status).toBe(200);
        const before = decodeToken(tokens[index] ?? "").claims;
        const { access_token, refresh_token, user_id } = json.data;
        for (const { claims } of [access_token, refresh_token].map(decodeToken)) {
          expect([claims["sub"], claims["sid"]]).toEqual([before["sub"], before["sid"]]);
        }
        expect(user_id).toBe(before["sub"]);
        expect(rows).toContainEqual({
          request_id: `round-${round}-${index}`,
          user_agent: `device ${index}`,
          user_id: before["sub"],
          session_id: before["sid"],
        });
        tokens[index] = refresh_token;
      }
    }
  });
});
