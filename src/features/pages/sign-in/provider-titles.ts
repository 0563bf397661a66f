/** How the providers with a name of their own write it. */
const titles: ReadonlyMap<string, string> = new Map([
  ["apple", "Apple"],
  ["discord", "Discord"],
  ["github", "GitHub"],
  ["gitlab", "GitLab"],
  ["google", "Google"],
  ["microsoft", "Microsoft"],
]);

/** The name of a provider as a page shows it. That of an OpenID Connect issuer of the settings begins with a capital letter. */
export function providerTitle(name: string): string {
  return titles.get(name) ?? `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
