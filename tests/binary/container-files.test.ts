import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "bun:test";

import packageJson from "../../package.json" with { type: "json" };
import { load, production } from "../config/load.ts";
import { interpolate, parseDockerfile, readCompose } from "../support/container-files.ts";

// There is no container engine where the tests run: what can be known without one is checked here.
const root = join(import.meta.dir, "../..");
const [build = [], run = []] = parseDockerfile(await Bun.file(join(root, "Dockerfile")).text());
const compose = await readCompose(join(root, "docker-compose.yml"));
const allowed = (await Bun.file(join(root, ".dockerignore")).text())
  .split("\n")
  .flatMap((line) => /^!(.+)$/.exec(line)?.[1] ?? []);
const copied = build
  .filter(({ name }) => name === "COPY")
  .flatMap(({ value }) => value.split(" ").slice(0, -1));

const valueOf = (stage: typeof build, name: string): string =>
  stage.findLast((instruction) => instruction.name === name)?.value ?? "";

test("the image's build context has the files that it copies, and no others", () => {
  expect(copied.filter((name) => !existsSync(join(root, name)))).toEqual([]);
  expect(copied.toSorted()).toEqual(allowed.toSorted());
});

// The image has no shell: a command in shell form would never run. // part of security 146
test("the image runs the executable directly, as an unprivileged user, with a health check", () => {
  expect(valueOf(build, "FROM")).toBe(`oven/bun:${packageJson.engines.bun} AS build`);
  expect(valueOf(run, "FROM")).toMatch(/^gcr\.io\/distroless\/base-\S+:nonroot$/);
  expect(valueOf(run, "USER")).toBe("65532:65532");
  expect(JSON.parse(valueOf(run, "ENTRYPOINT"))).toEqual(["/usr/local/bin/gatehouse"]);
  const healthcheck: unknown = JSON.parse(valueOf(run, "HEALTHCHECK").replace(/^.*? CMD /, ""));
  expect(healthcheck).toEqual(["/usr/local/bin/gatehouse", "healthcheck"]);
  expect(valueOf(run, "ENV").split(" ")).toEqual(["HOST=0.0.0.0", "DATA_DIR=/data"]);
  expect(valueOf(run, "EXPOSE")).toBe("8000");
  expect(run.some(({ name }) => name === "RUN" || name === "CMD")).toBe(false);
});

test("docker compose starts a development installation with Postgres 17 and a mailbox, without any secret", () => {
  const { gatehouse, postgres, mailpit } = compose.services;
  expect(postgres?.image).toBe("postgres:17");
  expect(mailpit?.image).toMatch(/^axllent\/mailpit:v\d+\.\d+\.\d+$/);
  expect(gatehouse?.depends_on).toEqual({ postgres: { condition: "service_healthy" } });
  expect(postgres?.healthcheck?.test[0]).toBe("CMD");
  expect(gatehouse?.healthcheck?.test).toEqual(
    asStrings(["CMD", ...JSON.parse(valueOf(run, "HEALTHCHECK").replace(/^.*? CMD /, ""))]),
  );

  const { settings } = load(interpolate(gatehouse?.environment ?? {}, {}));
  expect(settings.environment).toBe("development");
  expect(settings.mailTransport).toBe("smtp");
  const { hostname, username, password, pathname } = new URL(settings.databaseUrl ?? "");
  expect(hostname).toBe("postgres");
  expect(interpolate(postgres?.environment ?? {}, {})).toEqual({
    POSTGRES_DB: pathname.slice(1),
    POSTGRES_USER: username,
    POSTGRES_PASSWORD: password,
  });
  // Only this machine reaches what is published, and the database is not published at all.
  const ports = Object.values(compose.services).flatMap((service) => service?.ports ?? []);
  expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).toEqual([]);
  expect(postgres?.ports).toBeUndefined();
});

/** What the container gets: all of `.env`, then the file's own values, in which those of `.env` are filled in. */
function environmentOfCompose(given: Readonly<Record<string, string>>): Record<string, string> {
  return { ...given, ...interpolate(compose.services["gatehouse"]?.environment ?? {}, given) };
}

test("the settings that its comment names are sufficient for production", () => {
  const given = {
    ...production,
    POSTGRES_PASSWORD: "f00d",
    SMTP_TLS: "starttls",
    SMTP_PORT: "587",
  };
  const { settings } = load(environmentOfCompose(given));
  expect(settings.environment).toBe("production");
  expect(new URL(settings.databaseUrl ?? "").password).toBe("f00d");
  expect(() => load(environmentOfCompose({ ...given, JWT_SECRET_KEY: "" }))).toThrow(
    "JWT_SECRET_KEY",
  );
});

test("docker compose passes every setting of .env on, but where the container listens and stores", () => {
  expect(compose.services["gatehouse"]?.env_file).toEqual([{ path: ".env", required: false }]);
  const databaseUrl = "postgres://gatehouse:f00d@db.example.com/gatehouse";
  const { settings } = load(
    environmentOfCompose({
      HOST: "127.0.0.1",
      PORT: "9000",
      DATA_DIR: "./data",
      DATABASE_URL: databaseUrl,
      SERVICE_NAME: "accounts",
      SMTP_SERVER: "smtp.example.com",
    }),
  );
  expect([settings.host, settings.port, settings.dataDir]).toEqual(["0.0.0.0", 8000, "/data"]);
  expect([settings.serviceName, settings.smtpServer]).toEqual(["accounts", "smtp.example.com"]);
  expect(settings.databaseUrl).toBe(databaseUrl);
  expect(compose.services["gatehouse"]?.ports).toEqual([`127.0.0.1:8000:${settings.port}`]);
});

function asStrings(value: unknown): string[] {
  return value as string[];
}
