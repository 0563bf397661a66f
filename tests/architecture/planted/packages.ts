import { packageHomes } from "../rules/packages.ts";
import { breaks, keeps, type Planted } from "./planted.ts";

const manifest = JSON.stringify({
  dependencies: { jose: "1.0.0" },
  devDependencies: { redoc: "1.0.0" },
});
const verb = "src/features/users/find-user.ts";

/** Planted violations of which package is imported where. */
export const plantedPackages: readonly Planted[] = [
  ...Object.entries(packageHomes).flatMap(([name, homes]) => [
    breaks("package homes", verb, `import { x } from "${name}";`, 1),
    breaks("package homes", "src/kernel/ids.ts", `import type { X } from "${name}/deep/path";`, 1),
    ...homes.map((home) =>
      keeps("package homes", `${home}/adapter.ts`, `import { x } from "${name}";`),
    ),
  ]),
  breaks("package homes", verb, `const { SignJWT } = await import("jose");`, 1),

  ...["redoc", "left-pad", "@scope/name/deep"].map((name) => ({
    rule: "runtime packages",
    title: name,
    files: { "package.json": manifest, [verb]: `\nimport x from "${name}";` },
    at: [`${verb}:2`],
  })),
  {
    rule: "runtime packages",
    title: "a dependency, and what Bun brings",
    files: {
      "package.json": manifest,
      [verb]: `import "jose/jwt/sign";\nimport "node:path";\nimport "bun:sqlite";\nimport "bun";`,
      "tests/x.test.ts": `import "redoc";`,
    },
    at: [],
  },

  breaks(
    "routes do not query",
    "src/features/users/routes.ts",
    `import { eq } from "drizzle-orm";`,
    1,
  ),
  breaks(
    "routes do not query",
    "src/features/users/routes.ts",
    `import type { X } from "drizzle-orm/pg-core";`,
    1,
  ),
  keeps(
    "routes do not query",
    "src/features/users/queries.ts",
    `import { eq } from "drizzle-orm";`,
  ),

  breaks("Elysia stays at the edge", verb, `import { t } from "elysia";`, 1),
  breaks("Elysia stays at the edge", verb, `import type { Context } from "elysia";`, 1),
  breaks(
    "Elysia stays at the edge",
    "src/features/users/index.ts",
    `export { t } from "elysia";`,
    1,
  ),
  breaks(
    "Elysia stays at the edge",
    "src/features/users/policy.ts",
    `import { jwt } from "@elysiajs/jwt";`,
    1,
  ),
  breaks(
    "Elysia stays at the edge",
    "src/features/users/model.ts",
    `import { Elysia, t } from "elysia";`,
    1,
  ),
  breaks(
    "Elysia stays at the edge",
    "src/features/users/model.ts",
    `import * as elysia from "elysia";`,
    1,
  ),
  breaks("Elysia stays at the edge", "src/kernel/errors.ts", `import { status } from "elysia";`, 1),
  keeps(
    "Elysia stays at the edge",
    "src/features/users/model.ts",
    `import { t, type Static } from "elysia";`,
  ),
  keeps(
    "Elysia stays at the edge",
    "src/features/users/routes.ts",
    `import { Elysia } from "elysia";`,
  ),
  keeps(
    "Elysia stays at the edge",
    "src/features/pages/links/verify-email.ts",
    `import { Elysia } from "elysia";`,
  ),
];
