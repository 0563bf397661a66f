import { expect, test } from "bun:test";

import { failureOf } from "../support/failure-of.ts";
import { startUnready } from "../support/test-app.ts";
import { testServerUrl } from "../support/databases.ts";

async function urlWith(change: (url: URL) => void): Promise<string> {
  const url = new URL(await testServerUrl());
  change(url);
  return url.href;
}

const mistakes = [
  {
    name: "password",
    change: (url: URL) => {
      url.password = "not-the-password-7d1f";
    },
    words: "does not accept the user name or the password",
  },
  {
    name: "database",
    change: (url: URL) => {
      url.pathname = "/no_such_database";
    },
    words: "has no database of the name",
  },
] as const;

// The bad day: a typing error in DATABASE_URL. Endless waiting would look like a database that is slow to start.
test.each(mistakes)(
  "stops the start with a message when the $name is wrong",
  async ({ change, words }) => {
    const url = await urlWith(change);
    await using app = await startUnready({ settings: { DATABASE_URL: url } });
    await failureOf(app.server.ready);
    expect(await app.server.stopped).toBe("failed");

    const log = app.log.join("");
    expect(log).toContain("database not usable");
    expect(log).toContain(words);
    expect(log).not.toContain(new URL(url).password);
  },
  60_000,
);
