import { expect, test } from "bun:test";

import { describeWithProgram } from "../support/installed-program.ts";
import { mailTo } from "../support/journey.ts";
import { runProgram } from "../support/node-packages.ts";
import { startDescribedApp } from "../support/openapi-file.ts";

/** How the samples of a language are run. */
const interpreters: Readonly<Record<string, (source: string) => string[]>> = {
  curl: (source) => ["sh", "-c", source.replace(/^curl/, "curl --silent --show-error --fail")],
  TypeScript: (source) => [process.execPath, "--eval", source],
  Python: (source) => ["python3", "-c", source],
};

describeWithProgram("the code samples of the document", "python3", () => {
  test("run as they are, in each language", async () => {
    await using described = await startDescribedApp({ servesPublicUrl: true });
    const { app, documentPath, folder: cwd } = described;
    const { paths } = await Bun.file(documentPath).json();

    /** Runs a sample with what the environment and the mail provide, and gives what it prints. */
    async function run(
      [method, path, label]: readonly [string, string, string],
      given: { environment?: Record<string, string>; code?: string } = {},
    ): Promise<string> {
      const samples: { label: string; source: string }[] = paths[path][method]["x-codeSamples"];
      const sample = samples.find((each) => each.label === label);
      const source = (sample?.source ?? "").replace("123456", given.code ?? "123456");
      const command = interpreters[label]?.(source) ?? [];
      const { environment = {} } = given;
      const { exitCode, output } = await runProgram(command, { cwd, environment });
      expect([path, label, exitCode, output]).toEqual([path, label, 0, expect.any(String)]);
      return output;
    }

    const email = "ada@example.com";
    expect(await run(["post", "/api/v1/auth/register", "curl"])).toContain(`"email":"${email}"`);
    const { code } = await mailTo(app, email);
    await run(["post", "/api/v1/auth/verify", "TypeScript"], { code });
    let accessToken = "";
    for (const label of Object.keys(interpreters)) {
      const printed = await run(["post", "/oauth/token", label]);
      [, accessToken = ""] = /"access_token":"([^"]+)"/.exec(printed) ?? [];
      const environment = { ACCESS_TOKEN: accessToken };
      const me = await run(["get", "/api/v1/users/me", label], { environment });
      expect(me).toContain(email);
      const post = await run(["post", "/api/v1/posts", label], { environment });
      expect(post).toContain("Analytical Engine");
    }
  }, 60_000);
});
