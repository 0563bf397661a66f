const NAME = /^[\p{L}\p{M}'’ .-]{1,64}$/u;

/**
 * The name to greet someone by, or null for none. Whoever registers a stranger's address chooses the name in the mail
 * that the stranger gets, so a name that a mail client could turn into a link, or that holds digits, is not used.
 */
export function greetingName(name: string | null): string | null {
  const tidy = name?.trim().replaceAll(/\s+/g, " ") ?? "";
  return NAME.test(tidy) && !/\.[\p{L}\p{M}]/u.test(tidy) ? tidy : null;
}
