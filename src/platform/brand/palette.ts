import { type Color, contrastOf, formatColor, mixColors, parseColor } from "../../kernel/color.ts";

/** The colours that pages and mails are drawn with, in one scheme. */
export interface Scheme {
  readonly back: string;
  readonly card: string;
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly soft: string;
  readonly bad: string;
  readonly onBad: string;
  readonly good: string;
  /** The colour of main buttons, and of the text on them. */
  readonly button: string;
  readonly onButton: string;
  /** The colour of links and of the focus. */
  readonly accent: string;
}

/** Both schemes. */
export interface Palette {
  readonly light: Scheme;
  readonly dark: Scheme;
}

const white: Color = [255, 255, 255];
/** Black enough that it or white is readable on every colour. */
const black: Color = [5, 5, 5];

/** WCAG 2.2 §1.4.3 for text, §1.4.11 for the shape of a button. */
const minimumContrast = { text: 4.5, shape: 3 } as const;

const light = {
  back: "#f2f4f7",
  card: "#ffffff",
  ink: "#1c2430",
  quiet: "#5a6575",
  line: "#8792a2",
  soft: "#eef1f5",
  bad: "#b3261e",
  onBad: "#ffffff",
  good: "#1b6b3a",
} as const;

const dark = {
  back: "#12161c",
  card: "#1c222b",
  ink: "#e6eaf0",
  quiet: "#a4afbd",
  line: "#6f7b8b",
  soft: "#2a323d",
  bad: "#ffb4ab",
  onBad: "#3b0906",
  good: "#86d8a5",
} as const;

/** Whether a button of this colour is visible on the white card of pages and mails. */
export function isVisibleOnCard(color: Color): boolean {
  return contrastOf(color, white) >= minimumContrast.shape;
}

/**
 * The palette around the colour of a brand, which `isVisibleOnCard`. Light buttons have exactly this colour. Links, and buttons in
 * the dark scheme, have the nearest shade of it that is readable as text on every surface of their scheme.
 */
export function paletteOf(brandColor: string): Palette {
  const color = parseColor(brandColor) ?? black;
  const shade = readableShade(color, [dark.card, dark.soft], white);
  return {
    light: {
      ...light,
      button: formatColor(color),
      onButton: textOn(color),
      accent: formatColor(readableShade(color, [light.back, light.soft], black)),
    },
    dark: {
      ...dark,
      button: formatColor(shade),
      onButton: textOn(shade),
      accent: formatColor(shade),
    },
  };
}

/** White where it is readable, else black: where white has a contrast of less than 4.5, black has at least 4.53. */
function textOn(color: Color): string {
  return formatColor(contrastOf(color, white) >= minimumContrast.text ? white : black);
}

function readableShade(color: Color, surfaces: readonly string[], end: Color): Color {
  for (let share = 0; share < 1; share += 0.02) {
    const shade = mixColors(color, end, share);
    const isReadable = surfaces.every(
      (surface) => contrastOf(shade, parseColor(surface) ?? end) >= minimumContrast.text,
    );
    if (isReadable) return shade;
  }
  return end;
}
