/** One instruction of a Dockerfile, continuation lines joined. */
export interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** The stages of a Dockerfile, each from its FROM. */
export function parseDockerfile(text: string): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const line of text.replaceAll(/\\\n\s*/g, " ").split("\n")) {
    const [, name, value] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) continue;
    if (name === "FROM") stages.push([]);
    stages.at(-1)?.push({ name, value });
  }
  return stages;
}

/** What a test looks at in a service of a compose file. */
export interface ComposeService {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: unknown;
  readonly ports?: readonly string[];
  readonly depends_on?: unknown;
  readonly healthcheck?: { readonly test: readonly string[] };
}

/** A compose file's services by name. */
export async function readCompose(
  path: string,
): Promise<{ services: Partial<Record<string, ComposeService>> }> {
  return asCompose(Bun.YAML.parse(await Bun.file(path).text()));
}

/** The values with each `${NAME:-default}` replaced, as compose does it with these variables. */
export function interpolate(
  values: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const replace = (text: string): string => {
    // A default may contain others: the innermost are replaced first.
    const replaced = text.replaceAll(
      /\$\{(\w+):-([^{}]*)\}/g,
      (_, name: string, otherwise: string) => variables[name] || otherwise,
    );
    return replaced === text ? text : replace(replaced);
  };
  return Object.fromEntries(Object.entries(values).map(([name, text]) => [name, replace(text)]));
}

function asCompose(value: unknown): { services: Partial<Record<string, ComposeService>> } {
  return value as { services: Partial<Record<string, ComposeService>> };
}
