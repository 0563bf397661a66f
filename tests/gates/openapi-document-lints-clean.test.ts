import { expect, test } from "bun:test";
import { join } from "node:path";

import { describeWhere } from "../support/installed-program.ts";
import { findNodePackages, runNodeProgram } from "../support/node-packages.ts";
import { startDescribedApp } from "../support/openapi-file.ts";

const rules = join(import.meta.dirname, "../../.ci");
const linters = await findNodePackages({
  "@redocly/cli": "2.77.0",
  "@stoplight/spectral-cli": "6.16.3",
});

describeWhere("the OpenAPI document", linters, (folder) => {
  test("has no fault and no warning by the rules of Spectral and Redocly", async () => {
    await using described = await startDescribedApp();
    const { documentPath } = described;
    const lint = async (program: string, ...parameters: string[]) =>
      runNodeProgram(folder, program, { parameters, cwd: described.folder });

    const spectral = await lint(
      "spectral",
      "lint",
      "--ruleset",
      join(rules, "spectral.yaml"),
      "--fail-severity",
      "hint",
      documentPath,
    );
    expect([spectral.exitCode, spectral.output]).toEqual([
      0,
      expect.stringContaining("No results with a severity of 'hint' or higher found"),
    ]);

    const config = `--config=${join(rules, "redocly.yaml")}`;
    const redocly = await lint("redocly", "lint", config, "--format=json", documentPath);
    const { problems } = JSON.parse(
      redocly.output.slice(redocly.output.indexOf("{")).replace(/\n}[^}]*$/, "\n}"),
    );
    expect(problems).toEqual([]);
    expect(redocly.exitCode).toBe(0);
  }, 180_000);

  test("of a broken kind is refused by both", async () => {
    await using described = await startDescribedApp();
    const { documentPath } = described;
    const document = await Bun.file(documentPath).json();
    delete document.paths["/health"].get.operationId;
    document.info.description = { not: "text" };
    await Bun.write(documentPath, JSON.stringify(document));
    for (const [program, ruleset] of [
      ["spectral", `--ruleset=${join(rules, "spectral.yaml")}`],
      ["redocly", `--config=${join(rules, "redocly.yaml")}`],
    ] as const) {
      const parameters = ["lint", ruleset, documentPath];
      const { exitCode } = await runNodeProgram(folder, program, { parameters });
      expect([program, exitCode]).toEqual([program, 1]);
    }
  }, 180_000);
});
