import type { Admission } from "../../src/platform/password-hasher/port.ts";

/** Whose work it is, for tests in which that makes no difference. */
export const anyAdmission: Admission = {
  source: "192.0.2.1",
  account: "user@example.com",
  signal: undefined,
};
