import { expect, test } from "bun:test";
import { cp } from "node:fs/promises";
import { join } from "node:path";

import { clientTypesPath, typeGenerator } from "../support/client-types.ts";
import { describeWhere, findProgram } from "../support/installed-program.ts";
import { freshEmail, mailTo } from "../support/journey.ts";
import { findNodePackages, runNodeProgram, runProgram } from "../support/node-packages.ts";
import { type DescribedApp, startDescribedApp } from "../support/openapi-file.ts";
import { findOpenApiGenerator } from "../support/openapi-generator.ts";
import { findPythonLibraries } from "../support/python-libraries.ts";

const programs = join(import.meta.dirname, "generated-clients");
const timeoutMilliseconds = 600_000;

const types = await findNodePackages(typeGenerator);
const python = await findPythonLibraries(join(programs, "python/requirements.txt"));
const generator = await findOpenApiGenerator();

/** Runs a program that registers, and then with the mailed code signs in, refreshes, reads the user and signs out. */
async function doJourney(
  { app }: DescribedApp,
  command: readonly string[],
  options: { readonly cwd: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<void> {
  const email = freshEmail();
  const registered = await runProgram([...command, app.url, email], options);
  expect(registered).toEqual({ exitCode: 0, output: "" });
  const { code } = await mailTo(app, email);
  const rest = await runProgram([...command, app.url, email, code], options);
  expect(rest).toEqual({ exitCode: 0, output: "done\n" });
}

async function generate(command: readonly string[], cwd: string): Promise<string> {
  const { exitCode, output } = await runProgram(command, { cwd });
  expect([exitCode, exitCode === 0 ? "" : output]).toEqual([0, ""]);
  return output;
}

describeWhere("openapi-typescript", types, () => {
  test(
    "makes of the document the types that the client has",
    async () => {
      await using described = await startDescribedApp();
      const file = join(described.folder, "schema.ts");
      const root = join(import.meta.dirname, "../..");
      await generate([process.execPath, ".ci/generate-client-types.ts", file], root);
      const written = await Bun.file(join(root, clientTypesPath)).text();
      expect((await Bun.file(file).text()) === written).toBe(true);
    },
    timeoutMilliseconds,
  );
});

describeWhere("the client of openapi-python-client", python, (libraries) => {
  test(
    "is generated without a warning about an operation and does the journey",
    async () => {
      await using described = await startDescribedApp();
      const { folder: cwd, documentPath } = described;
      const config = join(cwd, "config.yml");
      await Bun.write(config, "package_name_override: gatehouse_client\npost_hooks: []\n");
      const parameters = ["generate", "--path", documentPath, "--output-path", join(cwd, "client")];
      const environment = { PYTHONPATH: libraries };
      const generated = await runProgram(
        ["python3", "-m", "openapi_python_client", ...parameters, "--config", config],
        { cwd, environment },
      );
      expect([generated.exitCode, /warning/i.exec(generated.output)]).toEqual([0, null]);
      await doJourney(described, ["python3", join(programs, "python/journey.py")], {
        cwd,
        environment: { PYTHONPATH: `${join(cwd, "client")}:${libraries}` },
      });
    },
    timeoutMilliseconds,
  );
});

describeWhere("the client of oapi-codegen", findProgram("go"), (go) => {
  test(
    "compiles and does the journey",
    async () => {
      await using described = await startDescribedApp();
      const cwd = join(described.folder, "journey");
      await cp(join(programs, "go"), cwd, { recursive: true });
      const tool = "github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2";
      const what = ["-generate", "types,client", "-package", "gatehouse"];
      const target = join(cwd, "gatehouse/client.gen.go");
      await Bun.write(target, "package gatehouse\n");
      await generate([go, "run", tool, ...what, "-o", target, described.documentPath], cwd);
      const executable = join(cwd, "journey");
      await generate([go, "build", "-o", executable, "."], cwd);
      await doJourney(described, [executable], { cwd });
    },
    timeoutMilliseconds,
  );
});

describeWhere("the client of OpenAPI Generator", generator, (jar) => {
  const parametersOf = ({ folder, documentPath }: DescribedApp, name: string) => [
    "java",
    "-jar",
    jar,
    "generate",
    "-i",
    documentPath,
    "-g",
    name,
    "-o",
    join(folder, name === "java" ? "java" : "client"),
  ];

  test(
    "for TypeScript compiles and does the journey",
    async () => {
      if (!("path" in types)) throw new Error(types.missing);
      await using described = await startDescribedApp();
      const { folder: cwd } = described;
      const output = await generate(parametersOf(described, "typescript-fetch"), cwd);
      expect(output.match(/^.*\bERROR\b.*$/gm)).toBeNull();
      const flags = ["--noEmit", "--strict", "--target", "es2022", "--moduleResolution", "bundler"];
      const compiled = await runNodeProgram(types.path, "tsc", {
        parameters: [...flags, "--module", "esnext", "--lib", "es2022,dom", "client/index.ts"],
        cwd,
      });
      expect(compiled).toEqual({ exitCode: 0, output: "" });
      await cp(join(programs, "typescript-fetch/journey.js"), join(cwd, "journey.js"));
      await doJourney(described, [process.execPath, "journey.js"], { cwd });
    },
    timeoutMilliseconds,
  );

  test(
    "for Java is generated without an error and compiles",
    async () => {
      await using described = await startDescribedApp();
      const output = await generate(parametersOf(described, "java"), described.folder);
      expect(output.match(/^.*\bERROR\b.*$/gm)).toBeNull();
      await generate(["mvn", "--quiet", "--batch-mode", "compile"], join(described.folder, "java"));
    },
    2 * timeoutMilliseconds,
  );
});
