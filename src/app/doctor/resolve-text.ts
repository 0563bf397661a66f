import { Resolver } from "node:dns/promises";

import type { ResolveText } from "./check.ts";

const timeoutMilliseconds = 2_000;

/** Asks the DNS servers of this machine, at most twice. */
export const resolveWithDns: ResolveText = (name) =>
  new Resolver({ timeout: timeoutMilliseconds, tries: 2 }).resolveTxt(name);
