import { join } from "node:path";

import { describeWithProgram } from "../support/installed-program.ts";
import { type ProxyProgram, replaceParts } from "../support/proxy-process.ts";
import { guardsTheApplication, type Upstreams } from "../examples/guarded-application.ts";
import { guardsTheWebApplication } from "../examples/guarded-web-application.ts";

const example = join(import.meta.dir, "../../examples/caddy/Caddyfile");

describeWithProgram("the example for Caddy", "caddy", (caddy) => {
  const programFor = ({ gatehouse, application }: Upstreams): ProxyProgram => ({
    async configure(port) {
      const text = await Bun.file(example).text();
      const rendered = replaceParts(text, {
        ":8080 {": `:${port} {`,
        " 127.0.0.1:8000": ` 127.0.0.1:${gatehouse}`,
        " 127.0.0.1:3000": ` 127.0.0.1:${application}`,
      });
      return `{\n\tadmin off\n\tdefault_bind 127.0.0.1\n}\n${rendered}`;
    },
    command: (configurationPath) => [
      caddy,
      "run",
      "--adapter",
      "caddyfile",
      "--config",
      configurationPath,
    ],
  });
  guardsTheApplication(programFor);
  guardsTheWebApplication(programFor);
});
