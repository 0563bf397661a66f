import "./platform/config/production-mode.ts";

// Not a static import: of several files, the bundler has those that others share evaluated before this one.
const { runCommandLine } = await import("./app/cli/command-line.ts");

await runCommandLine(process.argv);
