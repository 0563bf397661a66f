import { join } from "node:path";

import { expect, test } from "bun:test";

import { outputOf } from "../support/child-output.ts";
import { describeWhere, findProgram } from "../support/installed-program.ts";
import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const folder = join(import.meta.dir, "../../examples/quickstart");
const app = useTestApp();

/** The first run registers; after the verification the next one signs in. */
async function signsIn(command: readonly string[]): Promise<void> {
  const email = freshEmail();
  const run = async () =>
    outputOf(
      Bun.spawn([...command], {
        env: {
          PATH: process.env["PATH"],
          GATEHOUSE: app.url,
          EMAIL: email,
          PASSWORD: goodPassword,
        },
        stdout: "pipe",
        stderr: "pipe",
      }),
    );
  const first = await run();
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(first.stdout).toContain("Confirm the address first");
  const { token } = await mailTo(app, email);
  const verified = await app.post("/api/v1/auth/verify-email", { token });
  const second = await run();
  const stdout = `signed in as ${String(verified.json.data.user_id)}\n`;
  expect(second).toMatchObject({ exitCode: 0, stdout, stderr: "" });
}

test("the quickstart in TypeScript registers, then signs in", () =>
  signsIn([process.execPath, join(folder, "quickstart.ts")]));

describeWhere("the quickstart in Python", findProgram("python3"), (python) => {
  test("registers, then signs in", () => signsIn([python, join(folder, "quickstart.py")]));
});
