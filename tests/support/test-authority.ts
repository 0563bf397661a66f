import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate authority of a test's own, made with `openssl`. */
export interface TestAuthority extends AsyncDisposable {
  /** The path of its certificate. */
  readonly certificate: string;
  /** Makes a key and a certificate; the paths of both. */
  issue(
    name: string,
    options?: { alternativeNames?: string; hash?: string; key?: string },
  ): Promise<{ readonly key: string; readonly certificate: string }>;
  read(path: string): Promise<string>;
}

const ecKey = "-newkey ec -pkeyopt ec_paramgen_curve:P-256";

/** Makes an authority whose certificate is signed by itself. */
export async function createTestAuthority(): Promise<TestAuthority> {
  const home = await mkdtemp(join(tmpdir(), "gatehouse-authority-"));
  const at = (name: string): string => join(home, name);
  await openssl(
    `req -x509 ${ecKey} -nodes -days 30 -subj /CN=Test-CA -keyout ${at("ca.key")} -out ${at("ca.crt")}`,
  );
  return {
    certificate: at("ca.crt"),
    async issue(name, { alternativeNames, hash = "sha256", key = ecKey } = {}) {
      const keyPath = at(`${name}-${hash}.key`);
      const request = at(`${name}-${hash}.csr`);
      const certificate = at(`${name}-${hash}.crt`);
      await openssl(`req ${key} -nodes -subj /CN=${name} -keyout ${keyPath} -out ${request}`);
      const extensions = at("extensions");
      await writeFile(extensions, alternativeNames ? `subjectAltName=${alternativeNames}` : "");
      await openssl(
        `x509 -req -in ${request} -CA ${at("ca.crt")} -CAkey ${at("ca.key")} -CAcreateserial -days 30 -${hash} -extfile ${extensions} -out ${certificate}`,
      );
      return { key: keyPath, certificate };
    },
    read: (path) => readFile(path, "utf8"),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** Its paths have no spaces. */
async function openssl(commandLine: string): Promise<void> {
  const command = ["openssl", ...commandLine.split(" ")];
  const child = Bun.spawn(command, { stdout: "ignore", stderr: "pipe" });
  const problem = await new Response(child.stderr).text();
  if ((await child.exited) !== 0) throw new Error(`${command.join(" ")}: ${problem}`);
}
