import { type Context, createContext } from "../../src/platform/platform.ts";
import type { TestApp } from "./test-app.ts";

/** The context of a command that an operator gives on the machine itself. */
export function operatorOf(app: TestApp): Context {
  const requestId = `command-${app.platform.random.token(96)}`;
  return createContext(
    app.platform,
    { kind: "operator" },
    { requestId, ipAddress: null, userAgent: null },
  );
}
