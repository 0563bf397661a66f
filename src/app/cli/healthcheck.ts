import { Command } from "commander";

import { askHealth } from "../../platform/http-client/ask-health.ts";
import { httpUrl } from "../http-url.ts";
import { CommandError } from "./exit.ts";
import { readCommandSettings } from "./load.ts";

/** `gatehouse healthcheck`: asks the running server whether it is ready; for containers, which have no curl. */
export function healthcheckCommand(): Command {
  return new Command("healthcheck")
    .description("ask the server of the same settings whether it is ready")
    .action(async (_options: unknown, command: Command) => {
      const { host, port } = readCommandSettings(command).settings;
      const status = await askHealth(`${httpUrl(host, port)}/health/ready`);
      if (status !== 200)
        throw new CommandError(status === null ? "no answer" : `not ready (${status})`);
      process.stdout.write("ready\n");
    });
}
