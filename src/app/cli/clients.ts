import { Command, InvalidArgumentError } from "commander";

import { createClient, isClientName } from "../../features/clients/index.ts";
import { asOperator } from "./as-operator.ts";

/** `gatehouse clients create`: services that introspect tokens and have tokens of their own. */
export function clientsCommand(): Command {
  const clients = new Command("clients").description(
    "make the services that may introspect tokens and get tokens of their own",
  );
  clients
    .command("create")
    .description("make a client and print its id and its secret, this once")
    .requiredOption("--name <name>", "what people call the service", readName)
    .action(async ({ name }: { name: string }, command: Command) => {
      const { client, secret } = await asOperator(command, (ctx) => createClient(ctx, { name }));
      process.stdout.write(`client_id=${client.clientId}\nclient_secret=${secret}\n`);
      process.stderr.write("The secret is not stored and cannot be shown again.\n");
    });
  return clients;
}

function readName(text: string): string {
  if (isClientName(text)) return text;
  throw new InvalidArgumentError("It must have 1 to 100 characters, and no control characters.");
}
