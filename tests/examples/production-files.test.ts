import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { afterAll, beforeAll, expect, test } from "bun:test";

import { goodSecret, load } from "../config/load.ts";
import { useTestApp } from "../support/test-app.ts";

// Files in examples/ against the product; gates verify their form with programs of systemd and types of Kubernetes.
const examples = join(import.meta.dir, "../../examples");
const unit = await Bun.file(join(examples, "systemd/gatehouse.service")).text();
const manifest = asDocuments(
  Bun.YAML.parse(await Bun.file(join(examples, "kubernetes/gatehouse.yaml")).text()),
);
const app = useTestApp();
let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-secrets-"));
  const secrets = {
    "jwt-secret": goodSecret,
    "database-url": "postgres://gatehouse:f00d@db.internal:5432/gatehouse?sslmode=verify-full",
    "smtp-password": "f00d",
    "metrics-token": "tq4Zr8Wn2vLx6Kc0Hy9Jb3Mf7Gd1Ps5A",
  };
  for (const [name, value] of Object.entries(secrets)) {
    await Bun.write(join(directory, name), `${value}\n`);
  }
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The settings with each file of a secret read from here. Only the names of the files are those of the example. */
function withSecretsHere(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [
      name,
      name.endsWith("_FILE") ? join(directory, basename(value)) : value,
    ]),
  );
}

/** Loads settings with none but these. */
function loadAlone(environment: Readonly<Record<string, string>>) {
  return load({ JWT_SECRET_KEY: undefined, ...withSecretsHere(environment) });
}

const valuesOf = (name: string): string[] =>
  [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value = ""]) => value);

test("the systemd unit and the settings beside it start a production installation", async () => {
  const guide = await Bun.file(join(examples, "systemd/README.md")).text();
  const written = /<<'END'\n([^]*?)END\n/.exec(guide)?.[1] ?? "";
  const lines = [...written.trim().split("\n"), ...valuesOf("Environment")];
  const environment = Object.fromEntries(
    lines.map((line): [string, string] => {
      const end = line.indexOf("=");
      return [line.slice(0, end), line.slice(end + 1)];
    }),
  );
  const { settings } = loadAlone(environment);
  expect(settings.environment).toBe("production");
  expect(environment["DATA_DIR"]).toBe(`%S/${valuesOf("StateDirectory")[0]}`);
  const credentials = valuesOf("LoadCredential").map((line) => line.slice(0, line.indexOf(":")));
  const named = Object.values(environment).flatMap((value) => /^%d\/(.*)$/.exec(value)?.[1] ?? []);
  expect(named.toSorted()).toEqual(credentials.toSorted());
  expect(Number(valuesOf("TimeoutStopSec")[0])).toBeGreaterThanOrEqual(
    settings.shutdownTimeoutSeconds + 15,
  );
  expect(valuesOf("MemoryDenyWriteExecute")).toEqual([]);
  const watch = await Bun.file(join(examples, "systemd/gatehouse-watch.service")).text();
  expect(watch).toContain(`http://127.0.0.1:${settings.port}/health/live`);
  expect((await app.call("GET", "/health/live")).status).toBe(200);
});

test("the settings of the Kubernetes manifest start a production installation", () => {
  const { settings } = loadAlone({ HOST: "0.0.0.0", DATA_DIR: "/data", ...find("ConfigMap").data });
  expect(settings.environment).toBe("production");
  expect(settings.databaseUrl).not.toBeNull();
  const pod = find("Deployment").spec.template.spec;
  const [container] = pod.containers;
  expect(container.ports).toEqual([{ name: "http", containerPort: settings.port }]);
  const { seconds } = container.lifecycle.preStop.sleep;
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
    seconds + settings.shutdownTimeoutSeconds + 15,
  );
  const mounted = container.volumeMounts[0].mountPath;
  for (const [name, path] of Object.entries<string>(find("ConfigMap").data)) {
    if (name.endsWith("_FILE")) expect(path).toStartWith(`${mounted}/`);
  }
});

test("the probes and the scrape of the manifest ask for what is served", async () => {
  const { metadata, spec: pod } = find("Deployment").spec.template;
  const [container] = pod.containers;
  const paths = [
    container.startupProbe.httpGet.path,
    container.livenessProbe.httpGet.path,
    container.readinessProbe.httpGet.path,
    metadata.annotations["prometheus.io/path"],
  ];
  expect(paths).toEqual(["/health/live", "/health/live", "/health/ready", "/metrics"]);
  for (const path of paths.map(String))
    expect([path, (await app.call("GET", path)).status]).toEqual([path, 200]);
  expect(Number(metadata.annotations["prometheus.io/port"])).toBe(container.ports[0].containerPort);
});

test("the manifest's pods have no rights, and all selectors choose them", () => {
  const { metadata, spec: pod } = find("Deployment").spec.template;
  const [container] = pod.containers;
  expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
  expect(container.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  const { spec: deployment } = find("Deployment");
  expect(deployment.replicas).toBeGreaterThanOrEqual(2);
  for (const selected of [
    deployment.selector.matchLabels,
    find("Service").spec.selector,
    find("PodDisruptionBudget").spec.selector.matchLabels,
    find("NetworkPolicy").spec.podSelector.matchLabels,
    ...pod.topologySpreadConstraints.map(
      (constraint: { labelSelector: { matchLabels: unknown } }) =>
        constraint.labelSelector.matchLabels,
    ),
  ])
    expect(selected).toEqual(metadata.labels);
  const [rule] = find("Ingress").spec.rules;
  expect(find("ConfigMap").data.PUBLIC_URL).toBe(`https://${rule.host}`);
  expect(rule.http.paths[0].backend.service.name).toBe(find("Service").metadata.name);
});

/** The only document of a kind. */
function find(kind: string) {
  const [found, ...others] = manifest.filter((document) => document.kind === kind);
  expect([kind, found !== undefined, others]).toEqual([kind, true, []]);
  return found;
}

// oxlint-disable-next-line typescript/no-explicit-any -- documents of many forms
function asDocuments(value: unknown): any[] {
  return Array.isArray(value) ? value : [value];
}
