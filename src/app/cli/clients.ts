import { Command, InvalidArgumentError, Option } from "commander";

import {
  type ClientSettings,
  clientGrantTypes,
  createClient,
  deleteClient,
  isClientName,
  listClients,
  rotateClientSecret,
  viewClient,
} from "../../features/clients/index.ts";
import { asOperator } from "./as-operator.ts";
import { readCount } from "./read-arguments.ts";
import { tableWithHeadings } from "./table.ts";

/** `gatehouse clients create|list|rotate-secret|delete`: services that introspect tokens, and applications that users sign in to. */
export function clientsCommand(): Command {
  const clients = new Command("clients").description(
    "create, list and delete clients: services that get tokens, and applications that users sign in to",
  );
  clients.addCommand(createCommand()).addCommand(listCommand());
  clients
    .command("rotate-secret")
    .description("replace a client's secret and print the new one, which is not shown again")
    .argument("<client-id>")
    .action(async (clientId: string, _options: object, command: Command) => {
      printSecret(await asOperator(command, (ctx) => rotateClientSecret(ctx, clientId)));
    });
  clients
    .command("delete")
    .description("delete a client: its secret, tokens and sessions end at once")
    .argument("<client-id>")
    .action(async (clientId: string, _options: object, command: Command) => {
      await asOperator(command, (ctx) => deleteClient(ctx, clientId));
      process.stdout.write(`deleted ${clientId}\n`);
    });
  return clients;
}

interface CreateOptions {
  readonly name: string;
  readonly redirectUri?: string[];
  readonly postLogoutRedirectUri?: string[];
  readonly grantType?: string[];
  readonly scope?: string[];
  readonly public?: true;
  readonly jwksUri?: string;
  readonly idTokenAlg?: ClientSettings["idTokenSignedResponseAlg"];
  readonly backchannelLogoutUri?: string;
  readonly trusted?: true;
  readonly requireMfa?: true;
}

function createCommand(): Command {
  const algorithms = ["RS256", "ES256", "EdDSA"];
  return new Command("create")
    .description("create a client and print its id and its secret, which is not shown again")
    .requiredOption("--name <name>", "the name of the service", readName)
    .option("--redirect-uri <uri...>", "where users are sent back after they sign in")
    .option("--post-logout-redirect-uri <uri...>", "where users are sent back after they sign out")
    .addOption(new Option("--grant-type <type...>", "its grants").choices([...clientGrantTypes]))
    .option("--scope <scope...>", "the scopes that it may ask for")
    .option("--public", "it has no secret: an application in a browser or on a device, with PKCE")
    .addOption(
      new Option("--jwks-uri <url>", "it has no secret, but signs with keys at this URL").conflicts(
        "public",
      ),
    )
    .addOption(new Option("--id-token-alg <alg>", "signs its ID tokens").choices(algorithms))
    .option("--backchannel-logout-uri <uri>", "is told when a session of its users ends")
    .option("--trusted", "users are not asked for consent: for applications of your own only")
    .option("--require-mfa", "users must prove two factors")
    .action(async (options: CreateOptions, command: Command) => {
      const settings = settingsOf(options);
      printSecret(await asOperator(command, (ctx) => createClient(ctx, settings, "command")));
    });
}

function settingsOf(options: CreateOptions): Partial<ClientSettings> & { readonly name: string } {
  const { name, redirectUri, postLogoutRedirectUri, grantType, scope, jwksUri } = options;
  const { idTokenAlg, backchannelLogoutUri } = options;
  return {
    name,
    ...(redirectUri ? { redirectUris: redirectUri } : {}),
    ...(postLogoutRedirectUri ? { postLogoutRedirectUris: postLogoutRedirectUri } : {}),
    ...(grantType ? { grantTypes: grantType } : {}),
    ...(scope ? { scopes: scope } : {}),
    ...(options.public ? { tokenEndpointAuthMethod: "none" } : {}),
    ...(jwksUri === undefined ? {} : { tokenEndpointAuthMethod: "private_key_jwt", jwksUri }),
    ...(idTokenAlg ? { idTokenSignedResponseAlg: idTokenAlg } : {}),
    ...(backchannelLogoutUri === undefined ? {} : { backchannelLogoutUri }),
    trusted: options.trusted === true,
    requireMfa: options.requireMfa === true,
  };
}

function listCommand(): Command {
  return new Command("list")
    .description("list clients, newest first")
    .option("--limit <count>", "the maximum number of clients", readCount(1, 1000), 50)
    .option("--json", "print JSON")
    .action(async ({ limit, json }: { limit: number; json?: true }, command: Command) => {
      const page = await asOperator(command, (ctx) => listClients(ctx, { limit, cursor: null }));
      const items = page.items.map(viewClient);
      const rows = items.map(({ client_id, name, grant_types, redirect_uris }) => [
        client_id,
        name,
        grant_types.join(" "),
        redirect_uris.join(" ") || "-",
      ]);
      const table = tableWithHeadings([
        ["CLIENT_ID", "NAME", "GRANT_TYPES", "REDIRECT_URIS"],
        ...rows,
      ]);
      process.stdout.write(
        json ? `${JSON.stringify({ items }, null, 2)}\n` : `${table.join("\n")}\n`,
      );
    });
}

function printSecret({
  client,
  secret,
}: {
  readonly client: { readonly clientId: string };
  readonly secret: string | null;
}): void {
  process.stdout.write(`client_id=${client.clientId}\n`);
  if (secret === null) return;
  process.stdout.write(`client_secret=${secret}\n`);
  process.stderr.write("The secret is not stored and cannot be shown again.\n");
}

function readName(text: string): string {
  if (isClientName(text)) return text;
  throw new InvalidArgumentError(
    "It must be 1 to 100 characters long, without control characters.",
  );
}
