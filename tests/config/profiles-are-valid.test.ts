import { readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "bun:test";

import { readEnvFile } from "../../src/platform/config/env-file.ts";
import { validateSettings } from "../../src/platform/config/load-settings.ts";

const directory = join(import.meta.dir, "../../examples/profiles");
const names = readdirSync(directory).filter((name) => name.endsWith(".env"));

test.each(names)("the profile %s is valid", (name) => {
  const { environment, problems } = readEnvFile(join(directory, name));
  expect(problems).toEqual([]);
  const { switchedOff } = validateSettings(environment, { isTerminal: false });
  expect(switchedOff).toEqual([]);
});

test("docs/migrating.md names each profile", async () => {
  const page = await Bun.file(join(import.meta.dir, "../../docs/migrating.md")).text();
  expect(names.length).toBe(4);
  expect(names.filter((name) => !page.includes(`examples/profiles/${name}`))).toEqual([]);
});
