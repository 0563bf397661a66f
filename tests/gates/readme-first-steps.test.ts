import { expect, setDefaultTimeout, test } from "bun:test";

import { startGatehouse } from "../support/executable.ts";
import { createHome } from "../support/executable-home.ts";
import { goodPassword } from "../support/journey.ts";
import { mailFileTo } from "../support/mail-files.ts";

setDefaultTimeout(60_000);

const readme = await Bun.file("README.md").text();
const tryIt = /^## Try it$(.*?)^## /ms.exec(readme)?.[1] ?? "";
const calls = [...tryIt.matchAll(/^```sh\n(.*?)^```$/gms)]
  .map(([, block = ""]) => block)
  .filter((block) => block.includes("localhost:8000"))
  .join("");

/** Runs lines as a shell does into which they were pasted, and gives the JSON that they printed. */
async function paste(lines: string, cwd: string) {
  const shell = Bun.spawn(["bash"], {
    cwd,
    stdin: new Blob([lines]),
    stdout: "pipe",
    stderr: "pipe",
    timeout: 30_000,
  });
  const [stdout, stderr] = await Promise.all([
    new Response(shell.stdout).text(),
    new Response(shell.stderr).text(),
  ]);
  const answers = stdout.replaceAll("}{", "}\n{").trim().split("\n");
  return { stderr, answers: answers.map((answer) => JSON.parse(answer)) };
}

// A new user pastes all of it at once, after another user has registered.
test("the calls of the README's first steps, pasted as one, end with the verified user", async () => {
  await using home = await createHome("embedded");
  await using server = await startGatehouse(home);
  const other = { email: "grace@example.com", password: goodPassword };
  await server.post("/api/v1/auth/register", other);
  await mailFileTo(home.dataDirectory, other.email);

  const here = calls.replaceAll("localhost:8000", new URL(server.url).host);
  const { stderr, answers } = await paste(here, home.cwd);
  expect(stderr).toBe("");
  expect(answers.map(({ success }) => success)).toEqual([true, true, true]);
  const [registered, , me] = answers;
  expect(me.data).toMatchObject({
    id: registered.data.user_id,
    email: "ada@example.com",
    email_verified: true,
  });
});
