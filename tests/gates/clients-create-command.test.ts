import { readdir } from "node:fs/promises";

import { describe, expect, test } from "bun:test";

import { basic } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { createHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";

const commandLine = ["clients", "create", "--name"];

describe.each([...databaseKinds])("clients create on %s", (kind) => {
  test("prints an id and a secret that the server accepts; the operator is recorded", async () => {
    await using home = await createHome(kind);
    const made = await runGatehouse([...commandLine, "billing"], home);
    expect(made.exitCode).toBe(0);
    const [, id = "", secret = ""] =
      /^client_id=(client_[\w-]{22})\nclient_secret=([\w-]{43})\n$/.exec(made.stdout) ?? [];
    expect(secret).not.toBe("");
    expect(made.stderr).not.toContain(secret);
    expect(await home.rows("select action, actor_kind, user_agent, detail from audit_log")).toEqual(
      [
        {
          action: "client.created",
          actor_kind: "operator",
          user_agent: "gatehouse clients create",
          detail: { client_id: id, name: "billing" },
        },
      ],
    );

    await using server = await startGatehouse(home);
    const granted = await server.call("POST", "/oauth/token", {
      form: { grant_type: "client_credentials" },
      headers: { authorization: basic(id, secret) },
    });
    expect(granted.status).toBe(200);
  }, 30_000);
});

test("an invalid or missing name creates nothing", async () => {
  await using home = await createHome("embedded");
  for (const name of ["", "x".repeat(101), "a\nb"]) {
    const refused = await runGatehouse([...commandLine, name], home);
    expect([refused.exitCode, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain(
      "It must be 1 to 100 characters long, without control characters.",
    );
  }
  for (const wrong of [["clients", "create"], ["clients"], ["clients", "destroy"]]) {
    const refused = await runGatehouse(wrong, home);
    expect([wrong, refused.exitCode, refused.stdout]).toEqual([wrong, 2, ""]);
  }
  expect(await readdir(home.cwd)).toEqual([]);
}, 30_000);
