import { decodeToken } from "./forge-token.ts";
import type { Answer } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";

/** Asks for new tokens. */
export function refresh(app: TestApp, refreshToken: string): Promise<Answer> {
  return app.post("/api/v1/auth/refresh", { refresh_token: refreshToken });
}

/** The same at the token endpoint. */
export function refreshGrant(app: TestApp, refreshToken: string): Promise<Answer> {
  return app.call("POST", "/oauth/token", {
    form: { grant_type: "refresh_token", refresh_token: refreshToken },
  });
}

/** A refresh that is expected to succeed; gives the new tokens. */
export async function refreshed(
  app: TestApp,
  refreshToken: string,
): Promise<{ accessToken: string; refreshToken: string }> {
  const answer = await refresh(app, refreshToken);
  if (answer.status !== 200) throw new Error(`refresh: ${answer.status} ${answer.text}`);
  const { access_token, refresh_token } = answer.json.data;
  return { accessToken: access_token, refreshToken: refresh_token };
}

/** Status and error code of a refresh: `[200, undefined]` when it succeeds. */
export async function outcomeOfRefresh(app: TestApp, refreshToken: string) {
  const { status, json } = await refresh(app, refreshToken);
  return [status, json.error?.code];
}

/** Status of `GET /users/me`. */
export async function statusOfMe(app: TestApp, accessToken: string): Promise<number> {
  return (await app.call("GET", "/api/v1/users/me", { bearer: accessToken })).status;
}

/** The session that a token belongs to, as an id. */
export function sessionOf(token: string): string {
  return String(decodeToken(token).claims["sid"]);
}

/** What the audit log says of a token's session, oldest first. */
export async function auditOf(app: TestApp, token: string): Promise<unknown[]> {
  const rows = await app.rows(
    `select action from audit_log where session_id = '${sessionOf(token)}' order by at, id`,
  );
  return rows.map(({ action }) => action);
}
