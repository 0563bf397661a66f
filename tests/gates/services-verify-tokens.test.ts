import { join } from "node:path";

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

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

const calls = { "/reports": "GET", "/payments": "POST" };

/** The response of each operation: its body, or the status of an error. */
async function answersOf(url: string, call: Call) {
  return Promise.all(
    Object.entries(calls).map(async ([path, method]) => {
      const { status, json } = await callServer(url, method, path, call);
      return status === 200 ? json : status;
    }),
  );
}

/** Starts a service. */
async function start(program: ClientProgram, gatehouseUrl: string, audience = "gatehouse") {
  const environment = { ...program.environment, GATEHOUSE: gatehouseUrl, AUDIENCE: audience };
  const client = { id: "", secret: "" };
  const port = await findSparePort();
  return startApplication({ ...program, environment }, { port, issuer: gatehouseUrl, client });
}

/** What each of the three services promises of tokens. */
async function verifies(program: ClientProgram): Promise<void> {
  const email = freshEmail();
  const registered = await gatehouse.post("/api/v1/auth/register", {
    email,
    password: goodPassword,
  });
  const { access_token: token, refresh_token: refreshToken, user_id } = registered.json.data;
  await using service = await start(program, issuer);
  const answers = (call: Call, url = service.url) => answersOf(url, call);
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
  await using other = await start(program, issuer, "another-service");
  expect((await answers({ bearer: token }, other.url))[0]).toBe(401);

  await gatehouse.call("POST", "/api/v1/auth/logout", { bearer: token });
  expect(await answers({ bearer: token })).toEqual([{ user_id }, 401]);
}

/** What each promises while Gatehouse is not reachable, or responds with nothing that it can use. */
async function saysTryAgain(program: ClientProgram): Promise<void> {
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "one", alg: "ES256" }] };
  const port = await findSparePort();
  const url = `http://127.0.0.1:${port}`;
  const bearer = await new SignJWT({ sub: "ada", iss: url, aud: "gatehouse" })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "one" })
    .setExpirationTime("5m")
    .sign(privateKey);
  await using service = await start(program, url);
  expect(await answersOf(service.url, { bearer })).toEqual([503, 503]);
  let respond = () => new Response("", { status: 500 });
  using _server = Bun.serve({ port, hostname: "127.0.0.1", fetch: () => respond() });
  expect(await answersOf(service.url, { bearer })).toEqual([503, 503]);
  respond = () => new Response("<p>Maintenance</p>");
  expect(await answersOf(service.url, { bearer })).toEqual([503, 503]);
  respond = () => Response.json(keys);
  expect((await answersOf(service.url, { bearer }))[0]).toEqual({ user_id: "ada" });
}

function promises(program: ClientProgram): void {
  test("accepts access tokens of its audience alone, and asks about what matters", () =>
    verifies(program));

  test("refuses no token while Gatehouse does not respond, and recovers", () =>
    saysTryAgain(program));
}

describeWhere("the service in Express", express, (folder) => {
  // Node resolves packages from the folder of the program.
  const program = join(folder, `server-${process.pid}.mjs`);
  const service = { command: ["node", program], environment: {} };

  beforeAll(async () => {
    await Bun.write(program, Bun.file(join(services, "express/server.js")));
  });

  afterAll(async () => {
    await Bun.file(program).delete();
  });

  promises(service);
});

describeWhere("the service in FastAPI", fastapi, (libraries) => {
  promises({
    command: ["python3", join(services, "fastapi/main.py")],
    environment: { PYTHONPATH: libraries, PYTHONDONTWRITEBYTECODE: "1" },
  });
});

describeWhere("the service in Go", go, (path) => {
  promises({ command: [path], environment: {} });
});
