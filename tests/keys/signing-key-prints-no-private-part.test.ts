import { expect, test } from "bun:test";
import { join } from "node:path";

import { asymmetricAlgorithms } from "../support/signing-keys.ts";
import { outputOf } from "../support/child-output.ts";

const keyPairs = join(import.meta.dir, "../../src/platform/jwt/key-pair.ts");

// In a process of its own: the runtime warns only once, and operators take the warning for a fault of the service.
test.each([...asymmetricAlgorithms])(
  "a key of %s is loaded without a warning",
  async (algorithm) => {
    const script = `
    import { createKeyPair, importKey } from ${JSON.stringify(keyPairs)};
    const algorithm = ${JSON.stringify(algorithm)};
    const pair = await createKeyPair(algorithm);
    const key = await importKey({ ...pair, algorithm, activeFrom: new Date(), verifyUntil: null });
    console.log(key.verifyWith.type, key.signWith.type);`;
    const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "pipe" });
    expect(await outputOf(child)).toEqual({
      exitCode: 0,
      stdout: "public private\n",
      stderr: "",
    });
  },
);
