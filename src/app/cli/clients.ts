import { Command, InvalidArgumentError } from "commander";

import { createClient, isClientName } from "../../features/clients/index.ts";
import { asOperator } from "./as-operator.ts";

/** `gatehouse clients create`: creates a client, a service that introspects tokens and gets tokens of its own. */
export function clientsCommand(): Command {
  const clients = new Command("clients").description(
    "create clients: services that introspect tokens and get tokens of their own",
  );
  clients
    .command("create")
    .description("create a client and print its id and its secret, which is not shown again")
    .requiredOption("--name <name>", "the name of the service", readName)
    .action(async ({ name }: { name: string }, command: Command) => {
      const { client, secret } = await asOperator(command, (ctx) => createClient(ctx, { name }));
      process.stdout.write(`client_id=${client.clientId}\nclient_secret=${secret}\n`);
      process.stderr.write("The secret is not stored and cannot be shown again.\n");
    });
  return clients;
}

function readName(text: string): string {
  if (isClientName(text)) return text;
  throw new InvalidArgumentError(
    "It must be 1 to 100 characters long, without control characters.",
  );
}
