import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "bun:test";

import { readCompose } from "../support/container-files.ts";

// What the composed containers need and Traefik itself does not tell; traefik-forward-auth.test.ts runs Traefik.
const root = join(import.meta.dir, "../..");
const { routers, middlewares, services } = readHttp(
  await Bun.file(join(root, "examples/traefik/dynamic.yml")).text(),
);
const main = await readCompose(join(root, "docker-compose.yml"));
const beside = await readCompose(join(root, "examples/traefik/compose.yml"));
const hosts = Object.keys({ ...main.services, ...beside.services });

interface Http {
  readonly routers: Record<string, { rule: string; middlewares?: string[]; service: string }>;
  readonly middlewares: Record<
    string,
    {
      forwardAuth: {
        address: string;
        authResponseHeaders: string[];
        authResponseHeadersRegex: string;
      };
    }
  >;
  readonly services: Record<string, { loadBalancer: { servers: { url: string }[] } }>;
}

function readHttp(text: string): Http {
  return asFile(Bun.YAML.parse(text)).http;
}

function asFile(value: unknown): { http: Http } {
  return value as { http: Http };
}

const methods = `(${["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
  .map((method) => `Method(\`${method}\`)`)
  .join(" || ")})`;

test("no router passes on a method that Gatehouse does not know", () => {
  for (const { rule } of Object.values(routers)) expect(rule).toEndWith(` && ${methods}`);
});

test("every router to the application has the forward-auth middleware, and every name is defined", () => {
  const toApplication = Object.values(routers).filter(({ service }) => service === "application");
  expect(toApplication.map(({ rule }) => rule)).toContain(`PathPrefix(\`/\`) && ${methods}`);
  for (const router of toApplication) {
    expect(router.middlewares).toHaveLength(1);
    expect(Object.keys(middlewares)).toContain(router.middlewares?.[0] ?? "");
  }
  expect(routers["admin"]?.middlewares).toEqual(["admin"]);
  for (const { service } of Object.values(routers)) expect(services).toHaveProperty(service);
  const addresses = [
    ...Object.values(middlewares).map(({ forwardAuth }) => forwardAuth.address),
    ...Object.values(services).flatMap(({ loadBalancer }) =>
      loadBalancer.servers.map(({ url }) => url),
    ),
  ];
  for (const address of addresses) expect(hosts).toContain(new URL(address).hostname);
});

test("the forward-auth address is an endpoint of Gatehouse, and its four headers replace the client's", () => {
  const asked = Object.entries(middlewares).map(([name, { forwardAuth }]) => [
    name,
    forwardAuth.address,
  ]);
  expect(asked).toEqual([
    ["signed-in", "http://gatehouse:8000/api/v1/auth/forward?redirect=true"],
    ["admin", "http://gatehouse:8000/api/v1/auth/forward?role=admin&redirect=true"],
  ]);
  for (const { forwardAuth } of Object.values(middlewares)) {
    const names = ["X-Auth-User-Id", "X-Auth-Email", "X-Auth-Username", "X-Auth-Roles"];
    expect(forwardAuth.authResponseHeaders).toEqual(names);
    // Go writes the flag inside.
    const [flag, pattern] = [
      forwardAuth.authResponseHeadersRegex.slice(0, 4),
      forwardAuth.authResponseHeadersRegex.slice(4),
    ];
    expect(flag).toBe("(?i)");
    const taken = new RegExp(pattern, "i");
    for (const name of names) {
      for (const spelling of [name, name.replaceAll("-", "_"), name.replace("-", "_")]) {
        expect(taken.test(spelling)).toBe(true);
      }
    }
    for (const name of ["Authorization", "X-Author", "My-X-Auth-Id"]) {
      expect(taken.test(name)).toBe(false);
    }
  }
});

test("only Traefik reaches the application, and Traefik parses the file", () => {
  const { traefik, application } = beside.services;
  expect(application?.ports).toBeUndefined();
  expect(traefik?.ports).toEqual(["127.0.0.1:8080:8080"]);
  const [volume = ""] = asStrings(Reflect.get(Object(traefik), "volumes"));
  const [source = "", target = ""] = volume.split(":");
  expect(existsSync(join(root, source))).toBe(true);
  expect(asStrings(Reflect.get(Object(traefik), "command"))).toContain(
    `--providers.file.filename=${target}`,
  );
});

function asStrings(value: unknown): string[] {
  return value as string[];
}
