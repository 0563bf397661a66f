/** A colour of sRGB: red, green and blue from 0 to 255. */
export type Color = readonly [red: number, green: number, blue: number];

/** The colour of `#rrggbb`, in either case; null for any other text. */
export function parseColor(text: string): Color | null {
  if (!/^#[0-9a-f]{6}$/i.test(text)) return null;
  const channel = (start: number) => Number.parseInt(text.slice(start, start + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

/** A colour as `#rrggbb`, in lower case. */
export function formatColor(color: Color): string {
  return `#${color.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** The contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio). */
export function contrastOf(one: Color, other: Color): number {
  const [low = 0, high = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** A colour with `share` (0 to 1) of another one in it. */
export function mixColors([red, green, blue]: Color, [r, g, b]: Color, share: number): Color {
  const mix = (from: number, to: number) => Math.round(from + (to - from) * share);
  return [mix(red, r), mix(green, g), mix(blue, b)];
}

/** WCAG 2.2, relative luminance. */
function luminanceOf([red, green, blue]: Color): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}
