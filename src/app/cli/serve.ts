import { Command } from "commander";

import { describeError } from "../../platform/db/errors.ts";
import type { Logger } from "../../platform/log/port.ts";
import { createPlatform } from "../create-platform.ts";
import { type RunningServer, serve } from "../serve.ts";
import { exitCodes } from "./exit.ts";
import { type CommonOptions, loadCommandSettings } from "./load.ts";

/** `gatehouse [serve]`: answers requests until it is told to stop. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("answer requests until told to stop (the default)")
    .action(async (options: CommonOptions) => {
      const { settings, warnings } = loadCommandSettings(options);
      const platform = createPlatform(settings);
      const server = await serve(platform);
      stopOnSignals(server);
      endOnTheUnexpected(platform.log);
      for (const [name, value] of server.summary) process.stderr.write(`  ${name.padEnd(9)}${value}\n`);
      for (const warning of warnings) platform.log.warn({}, warning);

      const failed = await server.stopped;
      // Half-closed connections to a frozen database would keep the process alive.
      process.exit(failed ? exitCodes.failed : exitCodes.done);
    });
}

/** How long a load balancer has to notice that this replica is not ready any more. */
const takeOverSeconds = 2;

/** SIGTERM comes from orchestrators, which move the traffic away; SIGINT from a person at a keyboard, who waits. */
function stopOnSignals(server: RunningServer): void {
  process.once("SIGTERM", () => void server.stop(takeOverSeconds));
  process.once("SIGINT", () => void server.stop(0));
}

/** An error that nobody caught leaves the process in a state that nobody knows: it ends, and its supervisor starts another. */
function endOnTheUnexpected(log: Logger): void {
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.error(describeError(error), event);
      process.exit(exitCodes.failed);
    });
  }
}
