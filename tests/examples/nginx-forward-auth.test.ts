import { join } from "node:path";

import { describeWithProgram } from "../support/installed-program.ts";
import { replaceParts } from "../support/proxy-process.ts";
import { guardsTheApplication } from "./guarded-application.ts";

const example = join(import.meta.dir, "../../examples/nginx/nginx.conf");

describeWithProgram("the example for nginx", "nginx", (nginx) => {
  guardsTheApplication(({ gatehouse, application }) => ({
    async configure(port, directory) {
      const text = await Bun.file(example).text();
      const scratch = ["client_body", "proxy", "fastcgi", "scgi", "uwsgi"].map(
        (name) => `${name}_temp_path ${directory}/${name};`,
      );
      return replaceParts(text, {
        "listen 8080;": `listen 127.0.0.1:${port};`,
        "server 127.0.0.1:8000;": `server 127.0.0.1:${gatehouse};`,
        "server 127.0.0.1:3000;": `server 127.0.0.1:${application};`,
        // Where the package would have it only root may write.
        "http {": `http { access_log off; ${scratch.join(" ")}`,
      });
    },
    command: (configurationPath, directory) => [
      nginx,
      "-p",
      directory,
      "-c",
      configurationPath,
      "-e",
      "stderr",
      "-g",
      `daemon off; pid ${directory}/nginx.pid; error_log stderr;`,
    ],
  }));
});
