import { readdirSync, readFileSync } from "node:fs";

import { codeIn } from "./error-code.ts";

/** Freezes a postmaster and all its processes, as a stuck disk or hypervisor would. Give them back with `thaw`. */
export function freezePostgres(postmasterPid: number): { thaw(): void } {
  // The postmaster first: it starts no further process then.
  signal(postmasterPid, "SIGSTOP");
  const children = childrenOf(postmasterPid);
  for (const pid of children) signal(pid, "SIGSTOP");
  return {
    thaw() {
      for (const pid of [...children, postmasterPid]) signal(pid, "SIGCONT");
    },
  };
}

/** A process that was about to end when it was frozen may be gone by now. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (codeIn(error) !== "ESRCH") throw error;
  }
}

/** The processes that a process has started, on Linux. */
function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" "))
    .filter((text) => text !== "")
    .map(Number);
}
