import { Command } from "commander";

import { deleteOtherKeys, type ListedKey, listKeys, rotateKey } from "../../features/keys/index.ts";
import { asOperator } from "./as-operator.ts";
import { tableLines } from "./table.ts";

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
    .option("--delete-old", "after a leak: delete all other keys, which signs their users out")
    .action(async ({ deleteOld }: { deleteOld?: true }, command: Command) => {
      const { key, deleted } = await asOperator(command, async (ctx) => {
        const created = await rotateKey(ctx);
        return { key: created, deleted: deleteOld ? await deleteOtherKeys(ctx, created.id) : null };
      });
      const { id, algorithm, activeFrom, predecessorsVerifyUntil } = key;
      process.stdout.write(
        `The new ${algorithm} key ${id} signs on every replica from ${activeFrom.toISOString()}.\n` +
          (deleted === null
            ? `The previous keys verify until ${predecessorsVerifyUntil.toISOString()}: tokens stay valid, no user is signed out.\n`
            : `Other keys deleted: ${deleted}. Tokens that they signed are refused from now on.\n`) +
          "Services that cache /.well-known/jwks.json must fetch it again for the new key id.\n",
      );
    });
  return keys;
}

function asJson(keys: readonly ListedKey[]): string {
  const items = keys.map(({ id, algorithm, state, since, until }) => {
    return { id, algorithm, state, since, until };
  });
  return `${JSON.stringify({ items }, null, 2)}\n`;
}

/** A table with timestamps in UTC, `-` where there is none. */
function describeKeys(keys: readonly ListedKey[]): string[] {
  return tableLines([
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
