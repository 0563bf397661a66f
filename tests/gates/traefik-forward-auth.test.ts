import { join } from "node:path";

import { readCompose } from "../support/container-files.ts";
import { describeWhere } from "../support/installed-program.ts";
import { type ProxyProgram, replaceParts } from "../support/proxy-process.ts";
import { findTraefik } from "../support/traefik-program.ts";
import { guardsTheApplication, type Upstreams } from "../examples/guarded-application.ts";
import { guardsTheWebApplication } from "../examples/guarded-web-application.ts";

const folder = join(import.meta.dir, "../../examples/traefik");
const { traefik: service } = (await readCompose(join(folder, "compose.yml"))).services;

describeWhere("the example for Traefik", await findTraefik(), (traefik) => {
  function programFor({ gatehouse, application }: Upstreams): ProxyProgram {
    let port = 0;
    return {
      fileName: "dynamic.yml",
      // Until it has read its routers, every path is 404.
      isReady: async (url) => (await fetch(`${url}/`)).status !== 404,
      async configure(chosen) {
        port = chosen;
        return replaceParts(await Bun.file(join(folder, "dynamic.yml")).text(), {
          "http://gatehouse:8000": `http://127.0.0.1:${gatehouse}`,
          "http://application:80": `http://127.0.0.1:${application}`,
        });
      },
      command: (configurationPath) => [
        traefik,
        ...commandOf(service, {
          "=:8080": `=127.0.0.1:${port}`,
          "/etc/traefik/dynamic.yml": configurationPath,
        }),
      ],
    };
  }
  guardsTheApplication(programFor, { refusesEncodedSlashes: true, hasPublicPaths: false });
  guardsTheWebApplication(programFor);
});

/** The command of a service in a Compose file, with parts of it replaced. */
function commandOf(composed: unknown, parts: Readonly<Record<string, string>>): string[] {
  const command: unknown = Reflect.get(Object(composed), "command");
  if (!Array.isArray(command)) throw new Error("the service has no command");
  return replaceParts(command.join("\n"), parts).split("\n");
}
