import { breaks, keeps, type Planted } from "./planted.ts";

const routes = "src/features/users/routes.ts";
const pattern = "context patterns";
const build = "unminified build";

/** Planted violations of what Elysia must be able to read. */
export const plantedElysia: readonly Planted[] = [
  breaks(pattern, routes, `new Elysia()\n  .get("/me", ({ headers: h }) => h);`, 2),
  breaks(pattern, routes, `app.get("/me", async ({ body, cookie: { session } }) => session);`, 1),
  breaks(
    pattern,
    routes,
    `app.get("/me", ({ headers: h }: Context): Promise<User> => find(h));`,
    1,
  ),
  breaks(pattern, routes, `app.get("/me", function ({ headers: h }) { return h; });`, 1),
  breaks(
    pattern,
    routes,
    `app.macro({ user: { async resolve({ headers: h }) { return h; } } });`,
    1,
  ),
  breaks(
    pattern,
    routes,
    `app.get("/me", (context) => {\n  const { headers: h } = context;\n  return h;\n});`,
    2,
  ),
  breaks(
    pattern,
    "src/app/edge/route-assertions.ts",
    `import { Elysia } from "elysia";\nnew Elysia().derive(({ request: r }) => ({ r }));`,
    2,
  ),
  keeps(
    pattern,
    routes,
    `app.get("/me", ({ headers, body: _ = 1 }) => 1).length;`.replace(": _ = 1", ""),
  ),
  keeps(
    pattern,
    routes,
    `app.get("/me", ({ body }: { body: Body }) => find({ name: body.name }));`,
  ),
  keeps(pattern, routes, `app.use(plugin({ prefix: "/users" })).get("/me", () => read({ a: 1 }));`),
  keeps(
    pattern,
    routes,
    `app.get("/me", ({ body }) => {\n  const { name: userName } = body;\n  return userName;\n});`,
  ),
  keeps(
    pattern,
    "src/features/users/find-user.ts",
    `export const find = ({ name: userName }: Input) => userName;`,
  ),

  breaks(
    "guard marks",
    routes,
    `import { markGuard } from "../../platform/http/route-marks.ts";\nmarkGuard(access, () => null);`,
    1,
    2,
  ),
  keeps(
    "guard marks",
    "src/app/edge/route-assertions.ts",
    `import { findAccess } from "../../platform/http/route-marks.ts";`,
  ),

  breaks("bound handlers", routes, `app.get("/me", users.find.bind(users));`, 1),
  keeps(
    "bound handlers",
    routes,
    `app.get("/me", () => users.find());\n// never users.find.bind(users)`,
  ),
  keeps("bound handlers", "src/kernel/ids.ts", "const next = generator.next.bind(generator);"),

  breaks("ahead-of-time handlers", "src/app/create-app.ts", `new Elysia({\n  aot: false,\n});`, 2),
  keeps(
    "ahead-of-time handlers",
    "src/app/create-app.ts",
    `new Elysia({ aot: true }); // never aot: false`,
  ),

  breaks(
    build,
    "package.json",
    `{ "scripts": {\n "build": "bun build --compile --minify src/main.ts" } }`,
    2,
  ),
  breaks(build, ".ci/build.ts", `const command = [\n  "bun", "build",\n  "--production",\n];`, 3),
  breaks(build, ".ci/build.ts", "await Bun.build({ entrypoints, minify: true });", 1),
  breaks(build, ".ci/build.ts", "await Bun.build({ entrypoints, minify: { syntax: true } });", 1),
  breaks(build, "Dockerfile", "FROM oven/bun\nRUN bun build --minify-syntax src/main.ts", 2),
  keeps(build, "Dockerfile", "# never --minify\nRUN bun install --production --frozen-lockfile"),
  keeps(
    build,
    ".ci/build.ts",
    "// Never --minify: Elysia reads handlers.\nawait Bun.build({ minify: false });",
  ),
];
