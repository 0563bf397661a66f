import type { ProviderProfile } from "../../src/features/social-login/provider.ts";
import type { FakeProvider } from "./fake-provider.ts";
import type { Answer } from "./http-call.ts";
import type { TestApp } from "./test-app.ts";

/** The application's address in these tests. */
export const appUri = "https://app.example.com/signed-in";

/** A browser between its start and its callback. */
export interface StartedBrowser {
  readonly answer: Answer;
  /** The address of the provider's page. */
  readonly location: string;
  /** The cookie that it keeps, as it sends it. */
  readonly cookie: string;
}

/** Opens the start of a sign-in in a browser that has this cookie. */
export async function startAt(
  app: TestApp,
  provider: FakeProvider,
  parameters: Record<string, string> = { redirect_uri: appUri },
  headers: Record<string, string> = {},
): Promise<StartedBrowser> {
  const query = new URLSearchParams(parameters);
  const path = `/api/v1/auth/oauth/${provider.name}?${query}`;
  const answer = await app.call("GET", path, { headers });
  const [cookie = ""] = (answer.headers.get("set-cookie") ?? "").split(";");
  return { answer, location: answer.headers.get("location") ?? "", cookie };
}

/** Opens the callback with these parameters. */
export function comeBack(
  app: TestApp,
  provider: string,
  parameters: Record<string, string>,
  cookie: string | null,
): Promise<Answer> {
  const headers: Record<string, string> = cookie === null ? {} : { cookie };
  const path = `/api/v1/auth/oauth/${provider}/callback?${new URLSearchParams(parameters)}`;
  return app.call("GET", path, { headers });
}

/** A sign-in at a provider as far as the application's one-time code. */
export async function codeFrom(
  app: TestApp,
  provider: FakeProvider,
  options: { profile?: Partial<ProviderProfile>; parameters?: Record<string, string> } = {},
): Promise<string> {
  const started = await startAt(app, provider, { redirect_uri: appUri, ...options.parameters });
  const approved = provider.approve(started.location, options.profile);
  const answer = await comeBack(app, provider.name, approved, started.cookie);
  if (answer.status !== 302) throw new Error(`callback: ${answer.status} ${answer.text}`);
  return new URL(answer.headers.get("location") ?? "").searchParams.get("code") ?? "";
}

/** Exchanges a one-time code. */
export function exchange(app: TestApp, code: string, verifier?: string): Promise<Answer> {
  const json = { code, ...(verifier === undefined ? {} : { code_verifier: verifier }) };
  return app.post("/api/v1/auth/oauth/exchange", json);
}

/** The status and code of an error, for comparison in one line. */
export function errorOf({ status, json }: Answer): unknown[] {
  return [status, json?.error?.code];
}

/** The number of sessions of all users. */
export async function countSessions(app: TestApp): Promise<number> {
  const [row] = await app.rows("select count(*)::integer as count from sessions");
  return Number(row?.["count"]);
}

/** The order of statuses. */
export function ascending(left: number, right: number): number {
  return left - right;
}
