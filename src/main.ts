import "./platform/config/production-mode.ts";

import { runCommandLine } from "./app/cli/command-line.ts";

await runCommandLine(process.argv);
