// Makes dist/assets/password-blocklist.txt, which is embedded in the executable: common passwords, lower-cased, sorted.
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dictionary } from "@zxcvbn-ts/language-common";

const SHORTEST_PASSWORD = 8;
const LONGEST_LIST = 20_000;

const path = join(import.meta.dir, "..", "dist", "assets", "password-blocklist.txt");

// The dictionary is in order of frequency, so that a cut takes the rarest.
const folded = dictionary["passwords-common"].map((password) =>
  password.normalize("NFKC").toLowerCase(),
);
const words = [...new Set(folded)].filter(
  (word) => [...word].length >= SHORTEST_PASSWORD && !/\s/.test(word),
);
const content = words.slice(0, LONGEST_LIST).toSorted().join("\n");

const file = Bun.file(path);
if (!(await file.exists()) || (await file.text()) !== content) {
  await mkdir(dirname(path), { recursive: true });
  // Renamed into place, because tests and a build may run this at the same time.
  const temporaryPath = `${path}.${process.pid}`;
  await Bun.write(temporaryPath, content);
  await rename(temporaryPath, path);
}
