import { breaks, keeps, type Planted } from "./planted.ts";

const face = { "src/features/users/index.ts": "" };

/** Planted violations of the rings, the tiers and the feature folders. */
export const plantedRings: readonly Planted[] = [
  breaks("rings", "src/kernel/ids.ts", `import { sql } from "../platform/db/port.ts";`, 1),
  breaks("rings", "src/kernel/ids.ts", `\nimport type { Db } from "../platform/db/port.ts";`, 2),
  breaks("rings", "src/platform/db/port.ts", `export * from "../../features/users/index.ts";`, 1),
  breaks(
    "rings",
    "src/platform/db/port.ts",
    `export type { User } from "../../features/users/index.ts";`,
    1,
  ),
  breaks(
    "rings",
    "src/platform/db/port.ts",
    `type App = import("../../app/create-app.ts").App;`,
    1,
  ),
  breaks(
    "rings",
    "src/features/users/x.ts",
    `const app = await import("../../app/create-app.ts");`,
    1,
  ),
  breaks("rings", "src/features/users/x.ts", "const app = require(`../../app/create-app.ts`);", 1),
  breaks("rings", "src/features/users/x.ts", `import "../../app/create-app.ts";`, 1),
  breaks(
    "rings",
    "src/features/users/x.ts",
    `import {\n  a,\n  b,\n} from '../../app/create-app.ts';`,
    1,
  ),
  breaks("rings", "src/main.ts", `import { now } from "./kernel/clock.ts";`, 1),
  breaks("rings", "src/main.ts", `import { settings } from "./platform/config/load.ts";`, 1),
  breaks("rings", "src/app/serve.ts", `import { seed } from "../../tests/support/seed.ts";`, 1),
  breaks("rings", "src/app/serve.ts", `import { x } from "../lib/x.ts";`, 1),
  breaks("rings", "src/lib/x.ts", `import { x } from "../kernel/ids.ts";`, 1),
  keeps(
    "rings",
    "src/main.ts",
    `import "./platform/config/node-env.ts";\nimport { run } from "./app/cli/run.ts";`,
  ),
  keeps(
    "rings",
    "src/app/serve.ts",
    `import page from "../../dist/assets/docs.br" with { type: "file" };`,
  ),
  keeps(
    "rings",
    "src/kernel/ids.ts",
    `// import "../app/x.ts"\nconst text = \`\${1} import "../app/x.ts"\`;\nconst pattern = /"/; const other = 'import "../app/x.ts"';`,
  ),
  keeps(
    "rings",
    "src/features/users/x.ts",
    `import { a } from "./table.ts";\nimport { b } from "../../platform/db/port.ts";`,
  ),

  breaks(
    "feature tiers",
    "src/features/users/x.ts",
    `import { open } from "../sessions/index.ts";`,
    1,
  ),
  breaks(
    "feature tiers",
    "src/features/tokens/x.ts",
    `import type { Role } from "../roles/index.ts";`,
    1,
  ),
  breaks(
    "feature tiers",
    "src/features/sessions/x.ts",
    `import { users } from "../users/table.ts";`,
    1,
  ),
  breaks(
    "feature tiers",
    "src/features/health/x.ts",
    `import { users } from "../users/index.ts";`,
    1,
  ),
  breaks(
    "feature tiers",
    "src/features/passwords/x.ts",
    `import { ready } from "../health/index.ts";`,
    1,
  ),
  keeps(
    "feature tiers",
    "src/features/sessions/x.ts",
    `import { users } from "../users/index.ts";\nimport { a } from "./table.ts";`,
  ),

  {
    rule: "feature folders",
    title: "a feature without a tier",
    files: { "src/features/billing/index.ts": "" },
    at: ["src/features/billing/index.ts:1"],
  },
  breaks("feature folders", "src/features/users/table.ts", "", 1),
  breaks("feature folders", "src/features/users.ts", "", 1),
  { rule: "feature folders", title: "a known feature with its face", files: face, at: [] },

  breaks(
    "plain imports",
    "src/app/serve.ts",
    `const name = "x";\nconst module = await import(name);`,
    2,
  ),
  breaks(
    "plain imports",
    "src/app/serve.ts",
    "const module = await import(`./cli/${name}.ts`);",
    1,
  ),
  breaks("plain imports", "src/app/serve.ts", `import { run } from "./run";`, 1),
  keeps(
    "plain imports",
    "src/app/serve.ts",
    `const { run } = await import("./run.ts");\nconst here = import.meta.url;`,
  ),
];
