import { join } from "node:path";

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { collectionPath } from "../support/collection.ts";
import { describeWhere } from "../support/installed-program.ts";
import { findNodePackages, runProgram } from "../support/node-packages.ts";
import { type DescribedApp, startDescribedApp } from "../support/openapi-file.ts";

setDefaultTimeout(300_000);

const newman = await findNodePackages({ newman: "6.2.2" });
const collection = join(import.meta.dir, "../..", collectionPath);

/** What newman reports of one request. */
interface Execution {
  readonly item: { readonly name: string };
  readonly response?: { readonly code: number };
}

// newman is the program of Postman that runs collections on the command line.
describeWhere("newman", newman, (folder) => {
  let described: DescribedApp;

  beforeAll(async () => {
    described = await startDescribedApp({
      settings: { REQUIRE_EMAIL_VERIFICATION: "false", RATE_LIMITS_ENABLED: "false" },
    });
  });

  afterAll(async () => {
    await described[Symbol.asyncDispose]();
  });

  /** Runs the named requests, or all. The exit code of newman is not 0 if one has no response or its script fails. */
  async function run(names: readonly string[]) {
    const report = join(described.folder, "newman.json");
    const command = ["node", join(folder, "node_modules/newman/bin/newman.js"), "run", collection];
    const reported = ["--reporters", "json", "--reporter-json-export", report];
    const chosen = names.flatMap((name) => ["--folder", name]);
    const { exitCode, output } = await runProgram(
      [...command, ...reported, ...chosen, "--env-var", `baseUrl=${described.app.url}`],
      { cwd: folder },
    );
    expect({ exitCode, output: exitCode === 0 ? "" : output }).toEqual({ exitCode: 0, output: "" });
    const executions: Execution[] = (await Bun.file(report).json()).run.executions;
    return executions;
  }

  test("keeps the tokens of a sign-in for the requests that follow", async () => {
    const names = ["Register", "Sign in", "Get the signed-in user", "Refresh tokens", "Sign out"];
    const executions = await run(names);
    expect(executions.map(({ item, response }) => [item.name, response?.code])).toEqual([
      ["Register", 201],
      ["Sign in", 200],
      ["Get the signed-in user", 200],
      ["Refresh tokens", 200],
      ["Sign out", 200],
    ]);
  });

  test("sends every request, and none is an error of the server", async () => {
    const executions = await run([]);
    expect(executions.length).toBeGreaterThan(90);
    const faults = executions.filter(({ response }) => (response?.code ?? 500) >= 500);
    expect(faults.map(({ item, response }) => [item.name, response?.code])).toEqual([]);
  });
});
