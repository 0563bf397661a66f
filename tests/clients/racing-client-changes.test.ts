import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { basic, makeClient } from "../support/clients.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let bearer: string;

beforeAll(async () => {
  bearer = (await signInAdmin(app)).accessToken;
});

const auditCount = async (action: string, id: string) =>
  (
    await app.rows(
      `select id from audit_log where action = '${action}' and detail->>'client_id' = '${id}'`,
    )
  ).length;

const grantStatus = async (id: string, secret: string) => {
  const form = { grant_type: "client_credentials" };
  const headers = { authorization: basic(id, secret) };
  return (await app.call("POST", "/oauth/token", { form, headers })).status;
};

test("of twenty concurrent deletions of a client one succeeds, and one is recorded", async () => {
  const { id } = await makeClient(app);
  const answers = await race(20, () => app.call("DELETE", `/api/v1/clients/${id}`, { bearer }));
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 204)).toHaveLength(1);
  expect(statuses.filter((status) => status === 404)).toHaveLength(19);
  expect(await auditCount("client.deleted", id)).toBe(1);
});

test("of twenty concurrent rotations exactly one secret is valid, and the old one is not", async () => {
  const { id, secret } = await makeClient(app);
  const path = `/api/v1/clients/${id}/rotate-secret`;
  const answers = await race(20, () => app.call("POST", path, { bearer }));
  const secrets: string[] = answers.map(({ json }) => json.data.client_secret);
  expect(new Set([secret, ...secrets]).size).toBe(21);
  const statuses = await Promise.all([secret, ...secrets].map((one) => grantStatus(id, one)));
  expect(statuses[0]).toBe(401);
  expect(statuses.filter((status) => status === 200)).toEqual([200]);
  expect(await auditCount("client.secret_rotated", id)).toBe(20);
});

test("a token that is granted during the deletion is inactive after it", async () => {
  const asking = await makeClient(app);
  for (let round = 0; round < 10; round += 1) {
    const { id, secret } = await makeClient(app);
    const [granted] = await race(2, (index) =>
      index === 0
        ? app.call("POST", "/oauth/token", {
            form: { grant_type: "client_credentials" },
            headers: { authorization: basic(id, secret) },
          })
        : app.call("DELETE", `/api/v1/clients/${id}`, { bearer }),
    );
    expect([200, 401]).toContain(granted?.status ?? 0);
    if (granted?.status !== 200) continue;
    const told = await app.call("POST", "/oauth/introspect", {
      form: { token: granted.json.access_token },
      headers: { authorization: asking.authorization },
    });
    expect(told.json).toEqual({ active: false });
  }
});
