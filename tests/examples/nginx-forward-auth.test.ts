import { join } from "node:path";

import { describeWithProgram } from "../support/installed-program.ts";
import { nginxCommand, scratchFiles } from "../support/nginx-command.ts";
import { type ProxyProgram, replaceParts } from "../support/proxy-process.ts";
import { guardsTheApplication, type Upstreams } from "./guarded-application.ts";
import { guardsTheWebApplication } from "./guarded-web-application.ts";

const example = join(import.meta.dir, "../../examples/nginx/nginx.conf");

describeWithProgram("the example for nginx", "nginx", (nginx) => {
  const programFor = ({ gatehouse, application }: Upstreams): ProxyProgram => ({
    command: nginxCommand(nginx),
    async configure(port, directory) {
      const text = await Bun.file(example).text();
      return replaceParts(text, {
        "listen 8080;": `listen 127.0.0.1:${port};`,
        "server 127.0.0.1:8000 ": `server 127.0.0.1:${gatehouse} `,
        "server 127.0.0.1:3000 ": `server 127.0.0.1:${application} `,
        "http {": `http { access_log off; ${scratchFiles(directory)}`,
      });
    },
  });
  guardsTheApplication(programFor);
  guardsTheWebApplication(programFor);
});
