import { errorCode } from "../platform/config/read-given.ts";

/** What the operator can do, by the code of the operating system. */
const advice: ReadonlyMap<string, string> = new Map([
  ["EADDRINUSE", "another process listens there. Stop it, or set PORT to another port"],
  ["EADDRNOTAVAIL", "HOST is not an address of this machine"],
  ["EACCES", "only the superuser may listen on this port. Set PORT to 1024 or more"],
]);

/** The server cannot listen on HOST and PORT. It says nothing about the database. */
export class ListenError extends Error {
  /** A restart changes nothing. The process that has the port, in contrast, may end. */
  readonly isBySettings: boolean;

  constructor(url: string, cause: unknown) {
    const code = errorCode(cause);
    super(`cannot listen on ${url} (${code}): ${advice.get(code) ?? "see HOST and PORT"}`);
    this.name = "ListenError";
    this.isBySettings = code === "EADDRNOTAVAIL" || code === "EACCES";
  }
}
