import type { Palette } from "../../../platform/brand/palette.ts";

/** The icon of a service without a logo, in its colour, as SVG. */
export function iconOf({ light: { button, onButton } }: Palette): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${button}"/>` +
    `<path d="M8 25V14a8 8 0 0 1 16 0v11M12.8 25V14M19.2 25V14M8 18h16" fill="none" stroke="${onButton}" stroke-width="2.2" stroke-linecap="round"/></svg>`
  );
}
