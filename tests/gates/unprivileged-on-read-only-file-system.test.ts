import { mkdir } from "node:fs/promises";
import { expect, setDefaultTimeout } from "bun:test";

import { confine, testConfined } from "../support/confinement.ts";
import { createHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { mailFileTo } from "../support/mail-files.ts";

setDefaultTimeout(60_000);

// What the container image does, without a container. // part of security 146
testConfined(
  "as user 65532 on a read-only file system, with only DATA_DIR to write to, the whole journey works",
  async () => {
    await using home = await createHome("embedded");
    await mkdir(home.dataDirectory);
    const options = {
      cwd: "/",
      settings: { DATA_DIR: home.dataDirectory },
      wrapper: confine(home.dataDirectory),
    };
    await using server = await startGatehouse(options);
    const status = await Bun.file(`/proc/${server.pid}/status`).text();
    expect(/^Uid:\s+(.*)$/m.exec(status)?.[1]?.split("\t")).toEqual([
      "65532",
      "65532",
      "65532",
      "65532",
    ]);
    expect(/^CapEff:\s+(.*)$/m.exec(status)?.[1]).toBe("0000000000000000");
    const mounts = await Bun.file(`/proc/${server.pid}/mountinfo`).text();
    const writable = mounts
      .split("\n")
      .map((line) => line.split(" "))
      .filter(
        ([, , , , place = "", flags = ""]) =>
          flags.startsWith("rw") &&
          (place === home.dataDirectory || !/^\/(proc|sys|dev)/.test(place)),
      )
      .map(([, , , , place]) => place);
    expect(writable).toEqual([home.dataDirectory]);

    const email = freshEmail();
    const registered = await server.post("/api/v1/auth/register", {
      email,
      password: goodPassword,
    });
    expect(registered.status).toBe(201);
    const { token } = await mailFileTo(home.dataDirectory, email);
    expect((await server.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
    const signedIn = await server.post("/api/v1/auth/login", { email, password: goodPassword });
    expect(signedIn.status).toBe(200);

    const healthcheck = await runGatehouse(["healthcheck"], {
      ...options,
      settings: { ...options.settings, PORT: new URL(server.url).port },
    });
    expect([healthcheck.exitCode, healthcheck.stdout]).toEqual([0, "ready\n"]);
    expect(await server.stop()).toBe(0);
  },
);

testConfined(
  "with DATA_DIR not writable either, the start says so in one line and ends",
  async () => {
    await using home = await createHome("embedded");
    await mkdir(home.dataDirectory);
    const result = await runGatehouse([], {
      cwd: "/",
      settings: { DATA_DIR: "/nowhere" },
      wrapper: confine(home.dataDirectory),
    });
    expect(result.exitCode).toBe(2);
    expect(result.stderr).toMatch(
      /^gatehouse: There is one problem with the settings:\n {2}DATA_DIR names a directory that cannot be written to .*\n$/,
    );
  },
);

// A production installation keeps nothing in files.
testConfined(
  "with Postgres, a given secret and no mail files it needs nothing to write to at all",
  async () => {
    await using home = await createHome("postgres");
    await mkdir(home.dataDirectory);
    await using server = await startGatehouse({
      cwd: "/",
      settings: {
        ...home.settings,
        ENVIRONMENT: "production",
        PUBLIC_URL: "https://auth.example.com",
        JWT_SECRET_KEY: "9f1c64e2ab07d8530e7b91f4c26ad3587be0194fd63c82a5471e90bc5d28f36a",
        MAIL_TRANSPORT: "none",
        DATA_DIR: "/nowhere",
      },
      wrapper: confine(home.dataDirectory),
    });
    const answer = await server.post("/api/v1/auth/register", {
      email: freshEmail(),
      password: goodPassword,
    });
    expect(answer.status).toBe(201);
    expect(await server.stop()).toBe(0);
  },
);
