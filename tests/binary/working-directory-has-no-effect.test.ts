import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";

setDefaultTimeout(60_000);

// A user who can write to the operator's working directory must not run code or change settings.
test("files that Bun would read from the working directory are not read", async () => {
  await using home = await createHome("embedded");
  const planted = {
    ".env": "PORT=8999\nENVIRONMENT=nonsense\n",
    ".env.production": "PORT=8998\n",
    ".env.local": "PORT=8997\n",
    "bunfig.toml": 'preload = ["./preload.ts"]\n[install]\nregistry = "http://127.0.0.1:1"\n',
    "preload.ts": 'console.log("preloaded");\n',
    "package.json": '{ "name": ',
    "tsconfig.json": '{ "compilerOptions": ',
    "main.ts": 'console.log("not the executable");\n',
  };
  await Promise.all(
    Object.entries(planted).map(([name, text]) => writeFile(join(home.cwd, name), text)),
  );
  const { exitCode, stdout, stderr } = await runGatehouse(["config"], home);
  expect(exitCode).toBe(0);
  expect(stdout).toContain("PORT=8000  # default");
  expect(stdout).toContain("ENVIRONMENT=development  # default");
  expect(stdout + stderr).not.toContain("preloaded");
});
