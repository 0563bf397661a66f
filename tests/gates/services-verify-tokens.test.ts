import { join } from "node:path";

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { type ClientProgram, startApplication } from "../support/client-programs.ts";
import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { findGoProgram } from "../support/go-program.ts";
import { type Call, callServer } from "../support/http-call.ts";
import { describeWhere } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { findNodePackages } from "../support/node-packages.ts";
import { findPythonLibraries } from "../support/python-libraries.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(120_000);

const services = join(import.meta.dir, "../../examples/services");
const { dependencies } = await Bun.file(join(services, "express/package.json")).json();
const express = await findNodePackages(dependencies);
const fastapi = await findPythonLibraries(join(services, "fastapi/requirements.txt"));
const go = await findGoProgram("service", join(services, "go"));

let home: Home;
let gatehouse: ServerProcess;
let issuer = "";

beforeAll(async () => {
  home = await createMigratedHome("embedded");
  const port = await findSparePort();
  issuer = `http://localhost:${port}`;
  const settings = {
    PORT: String(port),
    JWT_ALGORITHM: "ES256",
    JWT_ACCESS_TOKEN_TTL: "15m",
    REQUIRE_EMAIL_VERIFICATION: "false",
    RATE_LIMITS_ENABLED: "false",
  };
  gatehouse = await startGatehouse({ cwd: home.cwd, settings });
});

afterAll(async () => {
  await gatehouse[Symbol.asyncDispose]();
  await home[Symbol.asyncDispose]();
});

/** What each of the three services promises. */
async function verifies(program: ClientProgram): Promise<void> {
  const email = freshEmail();
  const registered = await gatehouse.post("/api/v1/auth/register", {
    email,
    password: goodPassword,
  });
  const { access_token: token, refresh_token: refreshToken, user_id } = registered.json.data;
  const start = async (audience: string) =>
    startApplication(
      {
        ...program,
        environment: { ...program.environment, GATEHOUSE: issuer, AUDIENCE: audience },
      },
      { port: await findSparePort(), issuer, client: { id: "", secret: "" } },
    );
  await using service = await start("gatehouse");
  const calls = { "/reports": "GET", "/payments": "POST" };
  const answers = async (call: Call, url = service.url) =>
    Promise.all(
      Object.entries(calls).map(async ([path, method]) => {
        const { status, json } = await callServer(url, method, path, call);
        return status === 200 ? json : status;
      }),
    );
  expect(await answers({ bearer: token })).toEqual([{ user_id }, { user_id }]);
  expect(await answers({})).toEqual([401, 401]);
  const [header = "", claims = "", signature = ""] = token.split(".");
  const unsigned = Buffer.from(JSON.stringify({ alg: "none", typ: "at+jwt" })).toString(
    "base64url",
  );
  for (const wrong of [
    refreshToken,
    `${header}.${claims}.${signature.replace(/^./, (first: string) => (first === "A" ? "B" : "A"))}`,
    `${unsigned}.${claims}.`,
    "not-a-token",
  ]) {
    expect(await answers({ bearer: wrong })).toEqual([401, 401]);
  }
  // A token is for its audience: here it is another service that is configured.
  await using other = await start("another-service");
  expect((await answers({ bearer: token }, other.url))[0]).toBe(401);

  await gatehouse.call("POST", "/api/v1/auth/logout", { bearer: token });
  expect(await answers({ bearer: token })).toEqual([{ user_id }, 401]);
}

describeWhere("the service in Express", express, (folder) => {
  test("accepts access tokens of its audience alone, and asks about what matters", async () => {
    // Node resolves packages from the folder of the program.
    const program = join(folder, `server-${process.pid}.mjs`);
    await Bun.write(program, Bun.file(join(services, "express/server.js")));
    await verifies({ command: ["node", program], environment: {} });
    await Bun.file(program).delete();
  });
});

describeWhere("the service in FastAPI", fastapi, (libraries) => {
  test("accepts access tokens of its audience alone, and asks about what matters", async () => {
    await verifies({
      command: ["python3", join(services, "fastapi/main.py")],
      environment: { PYTHONPATH: libraries, PYTHONDONTWRITEBYTECODE: "1" },
    });
  });
});

describeWhere("the service in Go", go, (path) => {
  test("accepts access tokens of its audience alone, and asks about what matters", async () => {
    await verifies({ command: [path], environment: {} });
  });
});
