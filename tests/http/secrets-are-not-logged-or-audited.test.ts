import { expect, test } from "bun:test";

import type { Answer } from "../support/http-call.ts";
import { mailTo } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";
import { startTraceCollector } from "../support/trace-collector.ts";

const password = "Canary-6Tq9vR2z!";
const wrongPassword = "Canary-Wrong-8Hs4!";
const email = "canary-3jwm@example.com";

/** Registration, verification, sign-in and refresh with right and wrong input: every response, and all secrets in them. */
async function journey(app: TestApp) {
  const answers: Answer[] = [];
  const post = async (path: string, json: object, bearer?: string): Promise<Answer> => {
    const answer = await app.post(path, json, bearer === undefined ? {} : { bearer });
    answers.push(answer);
    return answer;
  };
  const auth = "/api/v1/auth";
  await post(`${auth}/register`, { email, password });
  await post(`${auth}/register`, { email, password });
  await post(`${auth}/register`, { email: "not an address", password });
  await post(`${auth}/register`, { email, password, password_confirmation: wrongPassword });
  await post(`${auth}/login`, { email, password });
  const { token, code } = await mailTo(app, email);
  await post(`${auth}/verify`, { email, code: code === "000000" ? "000001" : "000000" });
  await post(`${auth}/verify-email`, { token: `${token}x` });
  await post(`${auth}/verify-email`, { token });
  await post(`${auth}/verify-email`, { token });
  await post(`${auth}/verify`, { email, code });
  await post(`${auth}/login`, { email, password: wrongPassword });
  await post(`${auth}/login`, { email, password: [password] });
  const { access_token, refresh_token } = (await post(`${auth}/login`, { email, password })).json
    .data;
  answers.pop();
  const renewed = (await post(`${auth}/refresh`, { refresh_token })).json.data;
  answers.pop();
  await post(`${auth}/refresh`, { refresh_token: `${refresh_token}x` });
  await post(`${auth}/validate-token`, { token: access_token });
  await post(`${auth}/validate-token`, { token: refresh_token });
  const form = { grant_type: "password", username: email, password: wrongPassword };
  answers.push(await app.call("POST", "/oauth/token", { form }));
  answers.push(await app.call("GET", "/api/v1/users/me", { bearer: `${access_token}x` }));
  await app.call("GET", `/verify-email?token=${token}`, { headers: { cookie: refresh_token } });
  const tokens = [access_token, refresh_token, renewed.access_token, renewed.refresh_token];
  return { post, answers, secrets: [password, wrongPassword, token, code, ...tokens] };
}

// part of security 120: log, audit, traces and responses
test("no password, code or token is in a log line, an audit row, a trace or the response to another request", async () => {
  const collector = startTraceCollector();
  await using app = await startTestApp({
    settings: { LOG_LEVEL: "debug", OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  const { post, answers, secrets } = await journey(app);
  const refreshToken = secrets.at(-1);
  // A session that the token cache does not hold, so that validating its token needs the database.
  const accessToken = (await post("/api/v1/auth/login", { email, password })).json.data
    .access_token;
  answers.pop();
  secrets.push(accessToken);

  // Internal errors must disclose nothing either.
  await app.rows("alter table outbox rename to gone");
  await app.rows("alter table sessions rename to gone_too");
  expect((await post("/api/v1/auth/register", { email: `x${email}`, password })).status).toBe(500);
  expect((await post("/api/v1/auth/login", { email, password })).status).toBe(500);
  expect((await post("/api/v1/auth/refresh", { refresh_token: refreshToken })).status).toBe(500);
  expect((await post("/api/v1/auth/validate-token", { token: accessToken })).status).toBe(500);

  const audit = await app.rows("select to_jsonb(a)::text as row from audit_log a");
  const databaseUrl = app.platform.settings.databaseUrl ?? "";
  await app.platform.tracing?.flush();
  await collector.stop();
  const traces = collector.requests.map(({ text }) => text).join("\n");
  // Nothing personal but the client's address, which the canary is not.
  expect(traces).not.toContain("canary-3jwm");
  const outputs = {
    traces,
    log: app.log.join("\n"),
    audit: audit.map(({ row }) => String(row)).join("\n"),
    answers: answers.map(({ text, headers }) => text + JSON.stringify([...headers])).join("\n"),
  };
  const signingKey = app.platform.settings.jwtSecretKey;
  const all = [...secrets, databaseUrl, new URL(databaseUrl).password, signingKey];
  expect(all.every((secret) => secret.length >= 6)).toBe(true);
  for (const [where, text] of Object.entries(outputs)) {
    expect(text.length).toBeGreaterThan(100);
    expect([where, all.filter((secret) => text.includes(secret))]).toEqual([where, []]);
    expect([where, /\$2[aby]\$\d\d\$/.test(text)]).toEqual([where, false]);
  }
});
