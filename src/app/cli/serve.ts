import { Command } from "commander";
import { isProduction } from "elysia/error";

import { setUpPath } from "../../features/pages/index.ts";
import { issueSetUpToken } from "../../features/user-administration/index.ts";
import { startForCommands } from "../../platform/db/embedded-shared.ts";
import { describeError } from "../../platform/db/errors.ts";
import type { Logger } from "../../platform/log/port.ts";
import { createPlatform, type RunningPlatform } from "../create-platform.ts";
import { type RunningServer, serve } from "../serve.ts";
import { exitCodes } from "./exit.ts";
import { loadCommandSettings } from "./command-setup.ts";
import { describeSetUp, describeStart } from "./start-notice.ts";

/** `gatehouse [serve]`: runs the server until a signal stops it. */
export function serveCommand(): Command {
  return new Command("serve")
    .description("run the server (the default command)")
    .action(async (_options: unknown, command: Command) => {
      // Another order of modules in the executable would have it put internal details into its errors.
      if (!isProduction) throw new Error("the framework was loaded before NODE_ENV was set");
      const { settings, warnings, switchedOff } = loadCommandSettings(command);
      const platform = createPlatform(settings, { startPostgres: startForCommands });
      exitOnUncaughtErrors(platform.log);
      // The first process of a container has no default action for signals, so they are handled from the start.
      const signals = listenForSignals();
      for (const fault of switchedOff) platform.log.warn({}, fault);
      const server = await serve(platform);
      signals.stops(server);
      if (settings.environment === "production") {
        for (const warning of warnings) platform.log.warn({}, warning);
      }
      server.ready.then(
        () => announceStart(platform, server.url, warnings),
        () => undefined,
      );

      const reason = await server.stopped;
      // Half-closed connections to an unresponsive database would keep the process running.
      process.exit(exitCodeOf[reason]);
    });
}

const exitCodeOf = {
  stopped: exitCodes.done,
  failed: exitCodes.failed,
  settings: exitCodes.usage,
};

/** The link is a secret, so that in production only a person at a terminal gets it, and no log. */
async function announceStart(
  platform: RunningPlatform,
  url: string,
  warnings: readonly string[],
): Promise<void> {
  const { settings, log } = platform;
  const link = await findSetUpLink(platform);
  if (settings.environment !== "production") {
    process.stderr.write(describeStart(settings, url, warnings, link));
  } else if (link !== null) {
    if (process.stderr.isTTY) process.stderr.write(`\n${describeSetUp(link).join("\n")}\n\n`);
    else log.warn({}, "no user has the role admin: create one by gatehouse create-admin");
  }
}

/** Null where there is an administrator, and where that cannot be found out now. */
async function findSetUpLink(platform: RunningPlatform): Promise<string | null> {
  try {
    const token = await issueSetUpToken(platform);
    return token === null ? null : `${platform.settings.publicUrl}${setUpPath}?token=${token}`;
  } catch (error) {
    platform.log.warn(describeError(error), "administrators cannot be looked up");
    return null;
  }
}

/** How long load balancers have to detect that this replica is no longer ready. */
const takeOverSeconds = 2;

/** Wrappers may forward one Ctrl-C a second time. A SIGINT after this time counts as a second Ctrl-C. */
const secondPressSeconds = 0.5;

/**
 * Orchestrators send SIGTERM: new requests are served for some seconds while traffic moves to other replicas. Ctrl-C sends
 * SIGINT: the server stops without that delay, and a second one ends the process. Before the server runs, either signal ends
 * it at once.
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

/** After an uncaught error the state of the process is unknown, so it exits. Its supervisor starts another. */
function exitOnUncaughtErrors(log: Logger): void {
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      log.error(describeError(error), event);
      process.exit(exitCodes.failed);
    });
  }
}
