import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSettings } from "../../src/platform/config/describe.ts";
import { goodSecret, load, problemsOf } from "./load.ts";

let directory = "";
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-config-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
}

// security 125
describe("NAME_FILE", () => {
  test.each([
    ["as it is", goodSecret],
    ["without one line break at the end", `${goodSecret}\n`],
    ["without one Windows line break at the end", `${goodSecret}\r\n`],
  ])("provides the content %s", (name, content) => {
    const path = file(name, content);
    const environment = { JWT_SECRET_KEY: undefined, JWT_SECRET_KEY_FILE: path };
    const { settings } = load(environment);
    expect(settings.jwtSecretKey).toBe(goodSecret);
    const described = describeSettings(settings, environment);
    expect(described).toContainEqual({ name: "JWT_SECRET_KEY", value: "[set]", source: "file" });
  });

  test("works for every kind of setting", () => {
    const { settings } = load({
      PORT_FILE: file("port", "9000\n"),
      PASSWORD_REQUIRE_FILE: file("require", "\n"),
    });
    expect(settings.port).toBe(9000);
    expect(settings.passwordRequire).toEqual([]);
  });

  test("is read where the setting itself is empty", () => {
    expect(load({ PORT: "", PORT_FILE: file("port-alone", "9000") }).settings.port).toBe(9000);
  });

  test.each<[string, () => Record<string, string>, string, string]>([
    [
      "beside the setting itself",
      () => ({ PORT: "1", PORT_FILE: file("twice", "2") }),
      "PORT",
      "set twice",
    ],
    [
      "beside a setting that is empty on purpose",
      () => ({ PASSWORD_REQUIRE: "", PASSWORD_REQUIRE_FILE: file("empty-twice", "") }),
      "PASSWORD_REQUIRE",
      "set twice",
    ],
    ["of a missing file", () => ({ PORT_FILE: join(directory, "missing") }), "PORT_FILE", "ENOENT"],
    ["of a directory", () => ({ PORT_FILE: directory }), "PORT_FILE", "EISDIR"],
    [
      "of an empty file",
      () => ({ SMTP_SERVER_FILE: file("empty", "\n") }),
      "SMTP_SERVER_FILE",
      "empty",
    ],
    [
      "of bytes that are no text",
      () => ({ SERVICE_NAME_FILE: file("bytes", new Uint8Array([0xff, 0xfe])) }),
      "SERVICE_NAME_FILE",
      "UTF-8",
    ],
    ["of a wrong value", () => ({ PORT_FILE: file("wrong", "http") }), "PORT", "whole number"],
    [
      "of a value with a second line break",
      () => ({ PORT_FILE: file("two-lines", "80\n\n") }),
      "PORT",
      "whole number",
    ],
  ])("is refused %s", (_, environment, name, issue) => {
    expect(problemsOf(environment())).toContainEqual({
      name,
      issue: expect.stringContaining(issue),
    });
  });

  test("with an empty secret does not cause a generated one", () => {
    const environment = { JWT_SECRET_KEY: undefined, JWT_SECRET_KEY_FILE: file("no-secret", "") };
    expect(problemsOf(environment)).toEqual([
      { name: "JWT_SECRET_KEY_FILE", issue: "names an empty file" },
    ]);
  });
});

describe("--env-file", () => {
  const program = `
    const { readEnvironment } = await import("${import.meta.dirname}/../../src/platform/config/environment.ts");
    try {
      const { PORT, HOST, SERVICE_NAME } = readEnvironment(process.argv[1]).environment;
      console.log(JSON.stringify({ PORT, HOST, SERVICE_NAME, NODE_ENV: Bun.env.NODE_ENV }));
    } catch (error) {
      console.log(error.name + ": " + error.message);
    }`;

  function run(...parameters: string[]): string {
    const environment = { PATH: process.env["PATH"] ?? "", PORT: "9000", NODE_ENV: "development" };
    const child = Bun.spawnSync([process.execPath, "-e", program, ...parameters], {
      env: environment,
    });
    return child.stdout.toString().trim();
  }

  test("fills what the environment leaves out, and errors never show internals", () => {
    const path = file(
      "settings.env",
      '# comment\nPORT=1000\nHOST=0.0.0.0 # all\nexport SERVICE_NAME="my service"\n',
    );
    expect(JSON.parse(run(path))).toEqual({
      PORT: "9000",
      HOST: "0.0.0.0",
      SERVICE_NAME: "my service",
      NODE_ENV: "production",
    });
    expect(JSON.parse(run())).toEqual({ PORT: "9000", NODE_ENV: "production" });
  });

  test("that is missing is reported as a problem", () => {
    expect(run(join(directory, "missing.env"))).toBe(
      "SettingsError: There is one problem with the settings:\n  --env-file names a file that cannot be read (ENOENT)",
    );
  });
});
