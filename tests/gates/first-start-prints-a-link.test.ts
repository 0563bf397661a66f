import { expect, setDefaultTimeout, test } from "bun:test";

import { browserTokenOf, statusInBrowser } from "../support/browser-session.ts";
import { eventually } from "../support/eventually.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { createHome, createMigratedHome } from "../support/executable-home.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { openPage, press } from "../support/page-forms.ts";

setDefaultTimeout(120_000);

const production = {
  ENVIRONMENT: "production",
  JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
  PUBLIC_URL: "https://auth.example.com",
  MAIL_TRANSPORT: "none",
  REQUIRE_EMAIL_VERIFICATION: "false",
};

/** The path and the token of the link that a start printed. */
const linkIn = (text: string): string | undefined => /\/set-up\?token=\S+/.exec(text)?.[0];
const isNoticed = (text: string): boolean => text.includes("Ctrl-C stops the server");
const printed = ({ output }: ServerProcess): string => output.stdout + output.stderr;

test("the first start prints a link that makes an administrator, and the next start none", async () => {
  await using home = await createHome("embedded");
  {
    await using server = await startGatehouse(home);
    await eventually(() => server.output.stderr, isNoticed);
    expect(linkIn(server.output.stdout)).toBeUndefined();
    const page = await openPage(server, linkIn(server.output.stderr) ?? "");
    const done = await press(server, page, "Create administrator", {
      entered: {
        email: freshEmail(),
        username: "admin",
        password: goodPassword,
        password_confirmation: goodPassword,
      },
    });
    expect(done.status).toBe(303);
    expect(await statusInBrowser(server, browserTokenOf(done))).toBe(200);
    expect(await server.stop()).toBe(0);
  }
  await using again = await startGatehouse(home);
  await eventually(() => again.output.stderr, isNoticed);
  expect(linkIn(printed(again))).toBeUndefined();
  await again.stop();
});

// security 120
test("in production a log gets no link, and names the command", async () => {
  await using home = await createMigratedHome("postgres");
  const settings = { ...home.settings, ...production };
  await using server = await startGatehouse({ ...home, settings });
  await eventually(
    () => printed(server),
    (text) => text.includes("gatehouse create-admin"),
  );
  expect(linkIn(printed(server))).toBeUndefined();
  await server.stop();
});

describeWithProgram("at a terminal", "script", (script) => {
  test("in production the link is printed to it", async () => {
    await using home = await createMigratedHome("postgres");
    const settings = { ...home.settings, ...production, LOG_FORMAT: "json" };
    // The shell's `$0` is the program, which comes last.
    const wrapper = ["bash", "-c", `exec ${script} -qefc "$0" /dev/null`];
    await using server = await startGatehouse({ ...home, settings, wrapper });
    await eventually(
      () => linkIn(printed(server)),
      (link) => link !== undefined,
    );
    server.signal("SIGTERM");
    await server.exited;
  });
});
