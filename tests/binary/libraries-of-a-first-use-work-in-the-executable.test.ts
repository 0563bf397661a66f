import { expect, setDefaultTimeout, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

setDefaultTimeout(60_000);

test("libraries that are loaded at their first use work in the executable", async () => {
  await using home = await createMigratedHome("embedded");
  const settings = {
    ...home.settings,
    LOG_FORMAT: "pretty",
    BCRYPT_COST: "10",
    REQUIRE_EMAIL_VERIFICATION: "false",
  };
  await using server = await startGatehouse({ cwd: home.cwd, settings });
  expect(server.output.stdout).toContain("INFO");

  const user = { email: freshEmail(), password: goodPassword };
  expect((await server.post("/api/v1/auth/register", user)).status).toBe(201);
  const mailbox = await eventually(
    () => server.call("GET", "/dev/mail"),
    ({ text }) => text.includes(user.email),
  );
  expect(mailbox.status).toBe(200);

  const { json } = await server.post("/api/v1/auth/login", user);
  const bearer = String(Object(json).data.access_token);
  const { password } = user;
  const api = (path: string, body: unknown) =>
    server.call("POST", `/api/v1/auth/${path}`, { bearer, json: body });
  expect((await api("2fa/setup", { password })).text).toContain("otpauth://totp/");
  const refused = await api("2fa/enable", { code: "000000" });
  expect([refused.status, refused.json.error.code]).toEqual([401, "INVALID_CODE"]);
  expect((await api("passkeys/register/options", {})).status).toBe(200);
  expect((await server.call("GET", "/openapi.json")).json).toMatchObject({ openapi: "3.0.3" });
  expect((await server.call("GET", "/metrics")).status).toBe(200);
});
