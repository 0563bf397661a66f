import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { describeInBrowser, startBrowser } from "../support/browser.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { describeWhere } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { findNodePackages } from "../support/node-packages.ts";
import { replaceParts } from "../support/proxy-process.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(120_000);

const examples = join(import.meta.dir, "../../examples");
const { dependencies } = await Bun.file(join(examples, "single-page-app/package.json")).json();
const packages = await findNodePackages({ ...dependencies, "openapi-fetch": "0.17.0" });

/** The script of the app, built beside its packages. */
async function build(folder: string, gatehouse: string): Promise<string> {
  const copy = join(folder, `app-${process.pid}`);
  try {
    await mkdir(copy, { recursive: true });
    for (const name of ["single-page-app", "client-typescript"]) {
      await cp(join(examples, name, "src"), join(copy, name, "src"), { recursive: true });
    }
    const entry = join(copy, "single-page-app/src/main.jsx");
    const source = await Bun.file(entry).text();
    await Bun.write(entry, replaceParts(source, { "http://localhost:8000": gatehouse }));
    const built = await Bun.build({ entrypoints: [entry], target: "browser" });
    return (await built.outputs[0]?.text()) ?? "";
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

describeInBrowser("the single-page app", () => {
  describeWhere("with React", packages, (folder) => {
    test("signs in, continues its session after a reload, and signs out", async () => {
      await using home = await createMigratedHome("embedded");
      const [port, appPort] = [await findSparePort(), await findSparePort()];
      const gatehouse = `http://localhost:${port}`;
      const origin = `http://localhost:${appPort}`;
      await using server = await startGatehouse({
        cwd: home.cwd,
        settings: {
          PORT: String(port),
          REFRESH_TOKEN_COOKIE: "true",
          ALLOWED_ORIGINS: origin,
          REQUIRE_EMAIL_VERIFICATION: "false",
        },
      });
      const email = freshEmail();
      await server.post("/api/v1/auth/register", { email, password: goodPassword });
      const page = await Bun.file(join(examples, "single-page-app/index.html")).text();
      const script = await build(folder, gatehouse);
      using app = Bun.serve({
        port: appPort,
        hostname: "localhost",
        fetch: ({ url }) =>
          url.endsWith("main.jsx")
            ? new Response(script, { headers: { "content-type": "text/javascript" } })
            : new Response(page, { headers: { "content-type": "text/html" } }),
      });
      const browser = await startBrowser();
      try {
        const tab = await browser.newPage();
        await tab.goto(app.url.origin);
        await tab.getByLabel("E-mail address").fill(email);
        await tab.getByLabel("Password").fill("wrong");
        await tab.getByRole("button", { name: "Sign in" }).click();
        await tab.getByRole("alert").waitFor();
        await tab.getByLabel("Password").fill(goodPassword);
        await tab.getByRole("button", { name: "Sign in" }).click();
        await tab.getByRole("heading", { name: `Hello ${email}` }).waitFor();
        expect(await tab.evaluate("document.cookie + JSON.stringify(localStorage)")).toBe("{}");
        await tab.reload();
        await tab.getByRole("heading", { name: `Hello ${email}` }).waitFor();
        await tab.getByRole("button", { name: "Sign out" }).click();
        await tab.getByRole("heading", { name: "Sign in" }).waitFor();
        await tab.reload();
        await tab.getByRole("heading", { name: "Sign in" }).waitFor();
      } finally {
        await browser.close();
      }
    });
  });
});
