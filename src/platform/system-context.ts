import { type Context, createContext, type Platform } from "./platform.ts";

/** The context of what the service does by itself; `work` names it in audit rows. */
export function createSystemContext(platform: Platform, work: string): Context {
  const requestId = `${work}-${platform.random.token(96)}`;
  return createContext(
    platform,
    { kind: "system" },
    { requestId, ipAddress: null, userAgent: null },
  );
}
