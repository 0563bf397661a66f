/** Programs by what their user agents hold, those first that also hold the names of others. */
const PROGRAMS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"],
  [/\bOPR\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|Chromium|CriOS)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
  [/^curl\//, "curl"],
];

const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bWindows\b/, "Windows"],
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bMac OS X\b/, "macOS"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bLinux\b/, "Linux"],
];

/**
 * A device by its `User-Agent`, such as "Firefox, Linux"; null for one that says nothing known. Nothing of the header itself
 * is repeated: an intruder chooses it, and would write to his victim with it.
 */
export function deviceWords(userAgent: string | null): string | null {
  const found = [PROGRAMS, SYSTEMS].flatMap((table) =>
    table
      .filter(([mark]) => mark.test(userAgent ?? ""))
      .slice(0, 1)
      .map(([, name]) => name),
  );
  return found.length === 0 ? null : found.join(", ");
}
