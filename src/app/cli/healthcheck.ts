import { Command } from "commander";

import { askHealth } from "../../platform/http-client/ask-health.ts";
import { httpUrl } from "../http-url.ts";
import { CommandError } from "./exit.ts";
import { readCommandSettings } from "./command-setup.ts";

/** `gatehouse healthcheck`: requests the readiness of the running server. For containers, which have no curl. */
export function healthcheckCommand(): Command {
  return new Command("healthcheck")
    .description("check whether the server with the same settings is ready")
    .action(async (_options: unknown, command: Command) => {
      const { host, port } = readCommandSettings(command).settings;
      const url = `${httpUrl(host, port)}/health/ready`;
      const status = await askHealth(url);
      if (status === null) {
        throw new CommandError(`no response from ${url} (HOST and PORT name the server)`);
      }
      if (status !== 200) throw new CommandError(`${url} is not ready (${status})`);
      process.stdout.write("ready\n");
    });
}
