import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { errorCode } from "../../../platform/config/read-given.ts";
import { freeBytesOf, mebibyte, writeReserveBytes } from "../../../platform/db/disk-reserve.ts";
import type { Check } from "../check.ts";
import { fail, type Finding, ok, skip, warn } from "../finding.ts";

/** A new database, its log, and some growth. */
const enoughBytes = 200 * mebibyte;

/** Whether `DATA_DIR` can be written to, is private, and has space. Nothing is written. */
export const dataDirectoryCheck: Check = {
  name: "data-directory",
  needs: ["DATA_DIR", "DATABASE_URL", "MAIL_TRANSPORT"],
  timeoutSeconds: 5,
  async run({ platform }) {
    const { dataDir, databaseUrl, mailTransport } = platform.settings;
    const isUsed = databaseUrl === null || mailTransport === "file";
    if (!isUsed) return [skip("data-directory", "not used with these settings")];
    return Promise.resolve(directoryFindings(dataDir));
  },
};

function directoryFindings(dataDir: string): readonly Finding[] {
  const name = "data-directory";
  const present = nearestExisting(dataDir);
  try {
    accessSync(present, constants.W_OK | constants.X_OK);
  } catch (error) {
    const what = `${present} cannot be written to (${errorCode(error)})`;
    return [fail(name, what, "make it writable for this user, or set DATA_DIR")];
  }
  const isThere = present === dataDir;
  const isOpen = isThere && (statSync(dataDir).mode & 0o077) !== 0;
  const access = isOpen
    ? warn(name, `${dataDir} is open to other users of this machine`, "chmod 700 it")
    : ok(name, isThere ? `${dataDir} can be written to` : `${dataDir} will be created`);
  return [access, spaceFinding(freeBytesOf(present))];
}

function nearestExisting(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
}

function spaceFinding(free: number): Finding {
  const what = `${Math.floor(free / mebibyte)} MiB free`;
  if (free < writeReserveBytes) {
    return fail("disk", `${what}: writes are refused`, "see docs/deployment.md#a-full-disk");
  }
  if (free < enoughBytes) return warn("disk", what, "free some space, or enlarge the disk");
  return ok("disk", what);
}
