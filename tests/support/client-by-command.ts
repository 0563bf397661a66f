import { type RunOptions, runGatehouse } from "./executable.ts";

/** The id and the secret of a client; the secret is empty where it has none. */
export interface CreatedClient {
  readonly id: string;
  readonly secret: string;
}

/** Makes a client with `gatehouse clients create`. */
export async function createClientByCommand(
  options: RunOptions,
  flags: readonly string[],
): Promise<CreatedClient> {
  const { exitCode, stdout, stderr } = await runGatehouse(["clients", "create", ...flags], options);
  const id = /^client_id=(.+)$/m.exec(stdout)?.[1];
  if (exitCode !== 0 || id === undefined) throw new Error(`clients create: ${stderr}`);
  return { id, secret: /^client_secret=(.+)$/m.exec(stdout)?.[1] ?? "" };
}
