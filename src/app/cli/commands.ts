import type { Command } from "commander";

import { auditCommand } from "./audit.ts";
import { backupCommand } from "./backup.ts";
import { clientsCommand } from "./clients.ts";
import { completionCommand } from "./completion.ts";
import { configCommand } from "./config.ts";
import { createAdminCommand } from "./create-admin.ts";
import { doctorCommand } from "./doctor.ts";
import { eventsCommand } from "./events.ts";
import { healthcheckCommand } from "./healthcheck.ts";
import { keysCommand } from "./keys.ts";
import { limitsCommand } from "./limits.ts";
import { migrateCommand } from "./migrate.ts";
import { openapiCommand } from "./openapi.ts";
import { usersCommand } from "./users.ts";

/** What makes each command but `serve`, in the order of the help. */
export const commands: readonly (() => Command)[] = [
  migrateCommand,
  createAdminCommand,
  usersCommand,
  keysCommand,
  clientsCommand,
  auditCommand,
  limitsCommand,
  eventsCommand,
  backupCommand,
  healthcheckCommand,
  doctorCommand,
  configCommand,
  openapiCommand,
  completionCommand,
];
