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
      const status = await askHealth(`${httpUrl(host, port)}/health/ready`);
      if (status !== 200)
        throw new CommandError(status === null ? "no response" : `not ready (${status})`);
      process.stdout.write("ready\n");
    });
}
