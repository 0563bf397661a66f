import { Command } from "commander";

import { describeError } from "../../platform/db/errors.ts";
import type { Logger } from "../../platform/log/port.ts";
import { createPlatform } from "../create-platform.ts";
import { type RunningServer, serve } from "../serve.ts";
import { CommandError, exitCodes } from "./exit.ts";
import { loadCommandSettings } from "./load.ts";
import { describeStart } from "./start-notice.ts";

/** `gatehouse [serve]`: answers requests until it is told to stop. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("answer requests until told to stop (the default)")
    .action(async (_options: unknown, command: Command) => {
      refuseArguments(command);
      const { settings, warnings } = loadCommandSettings(command);
      const platform = createPlatform(settings);
      endOnTheUnexpected(platform.log);
      // A first process of a container has no default action for signals: these are heard from the start.
      const signals = listenForSignals();
      const server = await serve(platform);
      signals.stops(server);
      if (settings.environment === "production") {
        for (const warning of warnings) platform.log.warn({}, warning);
      } else {
        const notice = describeStart(settings, server.url, warnings);
        server.ready.then(
          () => process.stderr.write(notice),
          () => false,
        );
      }

      const failed = await server.stopped;
      // Half-closed connections to a frozen database would keep the process alive.
      process.exit(failed ? exitCodes.failed : exitCodes.done);
    });
}

/** What was typed in place of a command comes here as an argument. */
function refuseArguments(command: Command): void {
  const [first] = command.args;
  if (first === undefined) return;
  throw new CommandError(
    `"${first}" is not a command (gatehouse --help tells what there is)`,
    exitCodes.usage,
  );
}

/** How long a load balancer has to notice that this replica is not ready any more. */
const takeOverSeconds = 2;

/** A wrapper may send a person's Ctrl-C once more; only one after this was pressed again. */
const secondPressSeconds = 0.5;

/**
 * SIGTERM comes from orchestrators, which move the traffic away; SIGINT from a person at a keyboard, who waits, and who may
 * press it again to wait no longer. Before there is a server the process ends at once.
 */
function listenForSignals(): { stops(server: RunningServer): void } {
  let running: RunningServer | null = null;
  const stop = (graceSeconds: number): void => {
    if (running) void running.stop(graceSeconds);
    else process.exit(exitCodes.done);
  };
  process.on("SIGTERM", () => stop(takeOverSeconds));
  process.on("SIGINT", () => stop(0));
  process.once("SIGINT", () => {
    const listen = () => process.on("SIGINT", () => process.exit(exitCodes.failed));
    setTimeout(listen, secondPressSeconds * 1000);
  });
  return {
    stops(server) {
      running = server;
    },
  };
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
