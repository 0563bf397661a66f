import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { executablePath, startGatehouse } from "../support/executable.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

setDefaultTimeout(120_000);

const units = join(import.meta.dir, "../../examples/systemd");

/** Runs a program to its end. */
function run(command: readonly string[]): { exitCode: number; output: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync([...command]);
  return { exitCode, output: `${stdout.toString()}${stderr.toString()}` };
}

describeWithProgram("with systemd-analyze", "systemd-analyze", (analyze) => {
  test("the units are valid, and expose little", async () => {
    const directory = await mkdtemp(join(tmpdir(), "gatehouse-units-"));
    try {
      for (const name of await readdir(units)) {
        const text = await Bun.file(join(units, name)).text();
        // The executable of this build, and a stop command that is on every machine with systemd.
        const here = text.replaceAll("/usr/local/bin/gatehouse", executablePath);
        await Bun.write(join(directory, name), here);
      }
      const files = (await readdir(directory)).filter((name) => !name.endsWith(".md"));
      const paths = files.map((name) => join(directory, name));
      expect(files).toHaveLength(3);
      expect(run([analyze, "verify", "--man=no", ...paths])).toEqual({ exitCode: 0, output: "" });
      const service = join(directory, "gatehouse.service");
      const exposure = run([analyze, "security", "--offline=true", "--threshold=20", service]);
      expect([exposure.exitCode, exposure.output]).toEqual([0, expect.stringContaining("OK")]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  describeWithProgram("and strace", "strace", (strace) => {
    describe.each(["postgres", "embedded"] as const)("on %s", (kind) => {
      test("the executable makes no system call that the unit refuses", async () => {
        await using home = await createMigratedHome(kind);
        await mkdir(home.dataDirectory, { recursive: true });
        const counts = join(home.cwd, "system-calls");
        const settings = {
          ...home.settings,
          REQUIRE_EMAIL_VERIFICATION: "false",
          MAIL_TRANSPORT: "none",
        };
        const wrapper = [strace, "-f", "-c", "-o", counts];
        const server = await startGatehouse({ cwd: home.cwd, settings, wrapper });
        const user = { email: freshEmail(), password: goodPassword };
        expect((await server.post("/api/v1/auth/register", user)).status).toBe(201);
        expect((await server.post("/api/v1/auth/login", user)).status).toBe(200);
        // Its own number: the server's is that of strace, which waits for it and then writes what it has counted.
        const children = await Bun.file(`/proc/${server.pid}/task/${server.pid}/children`).text();
        process.kill(Number(children.trim()), "SIGINT");
        await server.exited;
        const made = [...(await Bun.file(counts).text()).matchAll(/^\s*[\d.]+ .* (\w+)$/gm)].map(
          ([, name = ""]) => name,
        );
        expect(made).toContain("epoll_ctl");
        const permitted = permittedCalls(analyze);
        expect(made.filter((name) => name !== "total" && !permitted.has(name))).toEqual([]);
      });
    });
  });
});

/** The system calls of `SystemCallFilter=@system-service` less those of `~@privileged`. */
function permittedCalls(analyze: string): Set<string> {
  const refused = callsOf(analyze, "@privileged");
  // The service manager permits these to every unit, in order to start it.
  const always = ["execve", "exit", "exit_group", "rt_sigreturn"];
  return new Set(
    [...callsOf(analyze, "@system-service"), ...always].filter((name) => !refused.has(name)),
  );
}

function callsOf(analyze: string, group: string): Set<string> {
  const lines = run([analyze, "syscall-filter", group]).output.split("\n").slice(1);
  return new Set(
    lines
      .map((line) => line.trim())
      .filter((line) => line !== "" && !line.startsWith("#"))
      .flatMap((line) => (line.startsWith("@") ? [...callsOf(analyze, line)] : [line])),
  );
}
