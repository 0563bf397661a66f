import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { signUp } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const document = await Bun.file(join(import.meta.dir, "../../docs/logs.md")).text();
const blocks = [...document.matchAll(/```(\w+)\n([^]*?)```/g)].map(([, language, text]) => ({
  language,
  text: text ?? "",
}));
const app = useTestApp({ settings: { LOG_AUDIT: "true", LOG_LEVEL: "info" } });
let directory = "";
let user: Awaited<ReturnType<typeof signUp>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-log-"));
  user = await signUp(app);
  const wrong = { email: user.email, password: "Wr0ng-Password!" };
  const headers = { "x-request-id": "req-42" };
  await app.call("POST", "/api/v1/auth/login", { json: wrong, headers });
  await app.call("GET", "/nowhere");
  app.platform.log.error({ error: "DatabaseError", reason: "its disk is full" }, "request failed");
  const unsealed = () => app.rows("select id from audit_log where sequence is null");
  await eventually(
    () => app.log.filter((line) => line.includes("wrong_password")),
    ({ length }) => length === 1,
    20,
  );
  await eventually(unsealed, (rows) => rows.length === 0, 20);
  const lines = app.log.map((line) => line.trimEnd()).join("\n");
  await Bun.write(join(directory, "gatehouse.log"), `${lines}\n`);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describeWithProgram("the recipes of docs/logs.md", "jq", () => {
  /** What the recipe with these words in its first line prints. */
  function run(words: string): string[] {
    const [recipe, ...others] = blocks.filter(
      ({ language, text }) => language === "sh" && text.split("\n", 1)[0]?.includes(words),
    );
    expect([words, others]).toEqual([words, []]);
    const child = Bun.spawnSync(["sh", "-e", "-c", recipe?.text ?? "false"], {
      cwd: directory,
      env: { ...process.env, USER_ID: user.userId },
    });
    expect([words, child.exitCode, child.stderr.toString()]).toEqual([words, 0, ""]);
    return child.stdout.toString().trimEnd().split("\n");
  }

  test("find all lines of a request, of the access log and of the audit log", () => {
    const lines = run("one request").map((line) => JSON.parse(line));
    const messages = lines.map(({ msg, message }) => String(msg ?? message));
    expect(messages.toSorted()).toEqual(["request", "user.login failure"]);
  });

  test("count warnings and errors", () => {
    expect(run("Warnings and errors").map((line) => line.trim())).toContain(
      "1 error request failed: its disk is full",
    );
  });

  test("list the requests of each route with their failures and durations", () => {
    const rows = run("95th percentile").map((line) => line.split("\t"));
    const row = rows.find(([method, route]) => `${method} ${route}` === "POST /api/v1/auth/login");
    expect(row).toEqual([
      "POST",
      "/api/v1/auth/login",
      expect.any(String),
      "0",
      expect.any(String),
    ]);
    expect(rows.find(([, route]) => route === "none")?.[2]).toBe("1");
  });

  test("count refused sign-ins by address, and list their reasons", () => {
    expect(run("by client address")).toEqual([expect.stringMatching(/^\s+1 127\.0\.0\.1$/)]);
    const [row, ...others] = run("their reasons").map((line) => line.split("\t"));
    expect(others).toEqual([]);
    expect(row?.slice(1)).toEqual(["127.0.0.1", "wrong_password", user.userId]);
  });

  test("list what concerns a user", () => {
    const actions = run("one user did").map((line) => line.split("\t").slice(1).join(" "));
    expect(actions).toContain("user.registered success");
    expect(actions).toContain("user.login failure");
  });
});

test("the configurations of shippers are valid YAML and TOML", () => {
  const parsers = { yaml: Bun.YAML.parse, toml: Bun.TOML.parse } as const;
  const configurations = blocks.filter(({ language }) => language !== "sh");
  expect(configurations).toHaveLength(4);
  for (const { language, text } of configurations) {
    if (language === "yaml" || language === "toml") expect(parsers[language](text)).toBeTruthy();
    else throw new Error(`an unexpected language: ${language}`);
  }
});

test("the tables of docs/logs.md have the fields of the lines", () => {
  const documented = new Set(
    [...document.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(([, names = ""]) =>
      [...names.matchAll(/\w+/g)].map(([name]) => name),
    ),
  );
  const common = ["level", "time", "service", "msg"];
  for (const line of app.log.map((text) => JSON.parse(text))) {
    if (line.msg !== "request") continue;
    const own = Object.keys(line).filter((name) => !common.includes(name));
    expect(own.filter((name) => !documented.has(name))).toEqual([]);
  }
});
