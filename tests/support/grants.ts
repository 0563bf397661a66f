import { registerClient } from "./clients.ts";
import type { TestApp } from "./test-app.ts";

/** What a user allowed a new client; gives the id of the grant. */
export async function insertGrant(app: TestApp, userId: string, name = "Notes"): Promise<string> {
  const client = await registerClient(app, { name, redirectUris: ["https://notes.example/done"] });
  const id = Bun.randomUUIDv7();
  await app.rows(
    `insert into user_grants (id, user_id, client_id, scopes, granted_at)
     values ('${id}', '${userId}', '${client.id}', '{openid,email}', now())`,
  );
  return id;
}
