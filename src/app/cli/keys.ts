import { Command, InvalidArgumentError, Option } from "commander";

import {
  deleteOtherKeys,
  type ListedKey,
  listKeys,
  rotateKeys,
} from "../../features/keys/index.ts";
import { parseDurationSeconds } from "../../kernel/duration.ts";
import { asOperator } from "./as-operator.ts";
import { tableWithHeadings } from "./table.ts";

/** `gatehouse keys list|rotate`: the keys that sign tokens. */
export function keysCommand(): Command {
  const keys = new Command("keys").description("list or rotate the keys that sign tokens");
  keys
    .command("list")
    .description("list the keys and their states; no secret is shown")
    .option("--json", "print JSON")
    .action(async ({ json }: { json?: true }, command: Command) => {
      const listed = await asOperator(command, listKeys);
      process.stdout.write(json ? asJson(listed) : `${describeKeys(listed).join("\n")}\n`);
    });
  keys
    .command("rotate")
    .description("create a new key that signs from now on, on every replica; tokens stay valid")
    .addOption(
      new Option("--in <duration>", "publish the new key now, and sign with it after this time")
        .argParser(readDuration)
        .conflicts("deleteOld"),
    )
    .option("--delete-old", "after a leak: delete all other keys, which signs their users out")
    .action(async (options: { in?: number; deleteOld?: true }, command: Command) => {
      const { in: inSeconds, deleteOld } = options;
      const { created, deleted } = await asOperator(command, async (ctx) => {
        const keys = await rotateKeys(ctx, inSeconds === undefined ? {} : { inSeconds });
        const ids = keys.map(({ id }) => id);
        return { created: keys, deleted: deleteOld ? await deleteOtherKeys(ctx, ids) : null };
      });
      const lines = created.map(
        ({ id, algorithm, activeFrom }) =>
          `The new ${algorithm} key ${id} signs on every replica from ${activeFrom.toISOString()}.\n`,
      );
      const until = created[0]?.predecessorsVerifyUntil.toISOString();
      process.stdout.write(
        lines.join("") +
          (deleted === null
            ? `The previous keys verify until ${until}: tokens stay valid, no user is signed out.\n`
            : `Other keys deleted: ${deleted}. Tokens that they signed are refused from now on.\n`) +
          "Services that cache /.well-known/jwks.json must fetch it again for the new key id.\n",
      );
    });
  return keys;
}

/** A duration from a second to thirty days, in seconds. */
function readDuration(text: string): number {
  const seconds = parseDurationSeconds(text);
  if (seconds !== null && seconds >= 1 && seconds <= 30 * 86_400) return seconds;
  throw new InvalidArgumentError("It must be a duration such as 10m, from 1s to 30d.");
}

function asJson(keys: readonly ListedKey[]): string {
  const items = keys.map(({ id, algorithm, state, since, until }) => {
    return { id, algorithm, state, since, until };
  });
  return `${JSON.stringify({ items }, null, 2)}\n`;
}

/** A table with timestamps in UTC, `-` where there is none. */
function describeKeys(keys: readonly ListedKey[]): string[] {
  return tableWithHeadings([
    ["ID", "ALGORITHM", "STATE", "SINCE", "UNTIL"],
    ...keys.map(({ id, algorithm, state, since, until }) => [
      id,
      algorithm,
      state,
      since?.toISOString() ?? "-",
      until?.toISOString() ?? "-",
    ]),
  ]);
}
