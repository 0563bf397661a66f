import { breaks, keeps, type Planted } from "./planted.ts";

const verb = "src/features/users/register.ts";

/** Forbidden uses of an effect. Each is planted alone in a verb. */
const reaches: Readonly<Record<string, readonly string[]>> = {
  environment: [
    `const port = process.env["PORT"];`,
    "const port = Bun.env.PORT;",
    "const mode = import.meta.env.MODE;",
    `const port = process["env"]["PORT"];`,
    "const { env } = process;",
    `import { env } from "node:process";`,
    `import process from "node:process";`,
    "const line = `port ${process.env.PORT}`;",
  ],
  clock: [
    "const now = Date.now();",
    "const now = new Date();",
    "const now = new Date;",
    "const now = Date();",
    "const started = performance.now();",
    "const started = process.hrtime.bigint();",
    "const started = Bun.nanoseconds();",
    `import { performance } from "node:perf_hooks";`,
  ],
  randomness: [
    "const id = crypto.randomUUID();",
    "crypto.getRandomValues(bytes);",
    "const roll = Math.random();",
    "const id = Bun.randomUUIDv7();",
    `import { createHash, randomBytes } from "node:crypto";`,
    `import { randomBytes as bytes } from "crypto";`,
    `import { randomUUIDv7 } from "bun";`,
    `import nodeCrypto from "node:crypto";`,
    `import * as nodeCrypto from "node:crypto";`,
  ],
  "outgoing HTTP": [
    `const answer = await fetch("https://example.org");`,
    "const answer = await globalThis.fetch(url);",
    "const answer = await Bun.fetch(url);",
    "const client = createClient({ fetch });",
    "const send = fetch;",
  ],
  console: [
    `console.log("x");`,
    `console["log"]("x");`,
    "const { log } = console;",
    "globalThis.console.log(1);",
  ],
  announcements: [
    `ctx.changes.announce({ subject: "user", id });`,
    "changes.announce(change);",
    "const { announce } = ctx.changes;",
    "ctx.outboxWritten();",
    "const { outboxWritten } = ctx;",
    "const wake = ctx.outboxWritten;",
  ],
  terminal: [`process.stdout.write("x");`, "process.stderr.write(text);"],
};

const owners: Readonly<Record<string, string>> = {
  environment: "src/platform/config/read-environment.ts",
  clock: "src/kernel/clock.ts",
  randomness: "src/kernel/random.ts",
  "outgoing HTTP": "src/platform/http-client/fetch-client.ts",
  console: "src/platform/log/create-log.ts",
  announcements: "src/platform/db/commit.ts",
  terminal: "src/app/cli/print.ts",
};

/** Planted uses of effects. In the place where it is allowed, a use is no violation. */
export const plantedEffects: readonly Planted[] = [
  ...Object.entries(reaches).flatMap(([rule, texts]) =>
    texts.flatMap((text) => [
      breaks(rule, verb, `// line 1\n${text}`, 2),
      keeps(rule, owners[rule] ?? "", text),
      keeps(rule, "tests/users/register.test.ts", text),
      keeps(rule, verb, `/* ${text.replaceAll("*/", "")} */ const text = ${JSON.stringify(text)};`),
    ]),
  ),
  keeps("environment", verb, "const environment = ctx.env;\nconst { env } = settings;"),
  keeps(
    "clock",
    verb,
    "const later = new Date(now.getTime() + 1);\nconst schema = t.Date();\nfunction at(now: Date) {}",
  ),
  keeps(
    "randomness",
    verb,
    `import { randomBytes } from "../../kernel/random.ts";\nimport { createHash } from "node:crypto";\nctx.random.randomBytes(32);`,
  ),
  keeps(
    "outgoing HTTP",
    verb,
    "type Options = { fetch: typeof fetch };\nconst answer = await app.fetch(request);",
  ),
  keeps(
    "outgoing HTTP",
    "src/app/serve.ts",
    "Bun.serve({\n  port: 0,\n  async fetch(request: Request): Promise<Response> {\n    return app.handle(request);\n  },\n});",
  ),
  keeps(
    "announcements",
    verb,
    `const announce = () => ({ subject: "user", id });\nawait commit(ctx, { query, announce }, () => []);`,
  ),
  keeps("console", verb, "const page = { console: true };\nlog.console.open();"),
];
