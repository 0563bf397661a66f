import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { findGoProgram } from "../support/go-program.ts";
import { describeWhere } from "../support/installed-program.ts";

setDefaultTimeout(60_000);

const manifest = await Bun.file(
  join(import.meta.dir, "../../examples/kubernetes/gatehouse.yaml"),
).text();
const types = await findGoProgram("kubernetes", join(import.meta.dir, "kubernetes"));

describeWhere("the types of Kubernetes 1.32", types, (program) => {
  const decode = (text: string) => {
    const child = Bun.spawnSync([program], { stdin: new Blob([text]) });
    return { kinds: child.stdout.toString().trim().split("\n"), fault: child.stderr.toString() };
  };

  test("have every field of the manifest", () => {
    const kinds = ["ConfigMap", "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"];
    expect(decode(manifest)).toEqual({ kinds: [...kinds, "Ingress"], fault: "" });
  });

  test("refuse a misspelt field, and a value of another type", () => {
    const misspelt = manifest.replace("readinessProbe:", "readynessProbe:");
    expect(decode(misspelt).fault).toContain('unknown field "spec.template.spec.containers[0].re');
    const mistyped = manifest.replace("replicas: 2", "replicas: two");
    expect(decode(mistyped).fault).toContain("replicas");
  });
});
