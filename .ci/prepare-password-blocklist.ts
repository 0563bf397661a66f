// Creates dist/assets/password-blocklist.txt, common passwords in lower case, sorted, which the executable embeds.
import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { dictionary } from "@zxcvbn-ts/language-common";

const SHORTEST_PASSWORD = 8;
const LONGEST_LIST = 20_000;

const path = join(import.meta.dir, "..", "dist", "assets", "password-blocklist.txt");

// The dictionary is sorted by frequency, so the rarest passwords are cut off.
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
  // Written to another file and renamed, because tests and a build may run this at the same time.
  const temporaryPath = `${path}.${process.pid}`;
  await Bun.write(temporaryPath, content);
  await rename(temporaryPath, path);
}
