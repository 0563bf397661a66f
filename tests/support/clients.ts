import { createClient } from "../../src/features/clients/index.ts";
import type { Answer } from "./http-call.ts";
import { operatorOf } from "./operator.ts";
import type { TestApp } from "./test-app.ts";

/** A client of a test. */
export interface TestClient {
  readonly id: string;
  readonly secret: string;
  /** Its `Authorization` header. */
  readonly authorization: string;
}

/** Makes a client, as the operator does. */
export async function makeClient(app: TestApp, name = "a service"): Promise<TestClient> {
  return registerClient(app, { name });
}

/** The same with further settings. Its secret is empty where it has none. */
export async function registerClient(
  app: TestApp,
  settings: Parameters<typeof createClient>[1],
): Promise<TestClient> {
  const { client, secret } = await createClient(operatorOf(app), settings);
  const { clientId: id } = client;
  return { id, secret: secret ?? "", authorization: basic(id, secret ?? "") };
}

/** An `Authorization: Basic` header (RFC 6749 §2.3.1). */
export function basic(id: string, secret: string): string {
  const pair = `${encodeURIComponent(id)}:${encodeURIComponent(secret)}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}

/** Introspects a token as the client. */
export function introspect(app: TestApp, client: TestClient, token: string): Promise<Answer> {
  return app.call("POST", "/oauth/introspect", {
    form: { token },
    headers: { authorization: client.authorization },
  });
}

/** A token that the client has for itself. */
export async function clientToken(app: TestApp, client: TestClient): Promise<string> {
  const answer = await app.call("POST", "/oauth/token", {
    form: { grant_type: "client_credentials" },
    headers: { authorization: client.authorization },
  });
  if (answer.status !== 200) throw new Error(`client token: ${answer.status} ${answer.text}`);
  return answer.json.access_token;
}
