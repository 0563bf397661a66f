import { Command } from "commander";

import { askHealth } from "../../platform/http-client/ask-health.ts";
import { CommandError } from "./exit.ts";
import { type CommonOptions, loadCommandSettings } from "./load.ts";

/** `gatehouse healthcheck`: asks the running server whether it is ready; for containers, which have no curl. */
export function healthcheckCommand(): Command {
  return new Command("healthcheck")
    .description("ask the server of the same settings whether it is ready")
    .action(async (options: CommonOptions) => {
      const { host, port } = loadCommandSettings(options).settings;
      const address = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
      const status = await askHealth(`http://${address.includes(":") ? `[${address}]` : address}:${port}/health/ready`);
      if (status !== 200) throw new CommandError(status === null ? "no answer" : `not ready (${status})`);
      process.stdout.write("ready\n");
    });
}
