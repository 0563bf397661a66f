import { Command } from "commander";

import { type ListedKey, listKeys, rotateKey } from "../../features/keys/index.ts";
import { asOperator } from "./as-operator.ts";
import { tableLines } from "./table.ts";

/** `gatehouse keys list|rotate`: the keys that tokens are signed with. */
export function keysCommand(): Command {
  const keys = new Command("keys").description(
    "list or rotate the keys that tokens are signed with",
  );
  keys
    .command("list")
    .description("list the keys with their states; nothing secret is shown")
    .action(async (_options: unknown, command: Command) => {
      const lines = describeKeys(await asOperator(command, listKeys));
      process.stdout.write(`${lines.join("\n")}\n`);
    });
  keys
    .command("rotate")
    .description("make a new key that signs from now on, on every replica; tokens stay valid")
    .action(async (_options: unknown, command: Command) => {
      const { id, algorithm, activeFrom, predecessorsVerifyUntil } = await asOperator(
        command,
        rotateKey,
      );
      process.stdout.write(
        `The new ${algorithm} key ${id} signs from ${activeFrom.toISOString()} on, on every replica.\n` +
          `The keys before it verify until ${predecessorsVerifyUntil.toISOString()}: no token is refused, nobody is signed out.\n` +
          "Services that keep a copy of /.well-known/jwks.json fetch it again when they meet the new key id.\n",
      );
    });
  return keys;
}

/** A table in columns; moments in UTC, `-` where there is none. */
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
