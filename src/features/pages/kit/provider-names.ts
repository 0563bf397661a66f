const builtIn: ReadonlyMap<string, string> = new Map([
  ["apple", "Apple"],
  ["discord", "Discord"],
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["google", "Google"],
  ["microsoft", "Microsoft"],
]);

/** The name of a provider as it writes it; that of an OpenID Connect issuer as the operator chose it, with a capital letter. */
export function providerName(name: string): string {
  return builtIn.get(name) ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
