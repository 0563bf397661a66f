import type { InEveryLanguage, Language } from "../../../kernel/language.ts";

/** The time (ISO 8601) of an action, and the client that sent the request. */
export interface Occasion {
  readonly at: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

interface OccasionTexts {
  readonly time: (time: string) => string;
  readonly address: (address: string) => string;
  readonly device: (device: string) => string;
  readonly unknown: string;
}

const TEXTS: InEveryLanguage<OccasionTexts> = {
  en: {
    time: (time) => `Time: ${time} (UTC)`,
    address: (address) => `IP address: ${address}`,
    device: (device) => `Device: ${device}`,
    unknown: "unknown",
  },
  de: {
    time: (time) => `Zeit: ${time} Uhr (UTC)`,
    address: (address) => `IP-Adresse: ${address}`,
    device: (device) => `Gerät: ${device}`,
    unknown: "unbekannt",
  },
  es: {
    time: (time) => `Fecha y hora: ${time} (UTC)`,
    address: (address) => `Dirección IP: ${address}`,
    device: (device) => `Dispositivo: ${device}`,
    unknown: "desconocido",
  },
  zh: {
    time: (time) => `时间：${time}（UTC）`,
    address: (address) => `IP 地址：${address}`,
    device: (device) => `设备：${device}`,
    unknown: "未知",
  },
};

/** One line for each known fact of an action. */
export function occasionLines(occasion: Occasion, language: Language): string[] {
  const texts = TEXTS[language];
  const time = new Intl.DateTimeFormat(language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(new Date(occasion.at));
  return [
    texts.time(time.replaceAll(/\s/g, " ")),
    ...(occasion.ipAddress === null ? [] : [texts.address(occasion.ipAddress)]),
    texts.device(deviceWords(occasion.userAgent) ?? texts.unknown),
  ];
}

/** Programs by a part of their user agent. The first match counts: the user agent of Edge also has the name of Chrome. */
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
 * The program and system of a `User-Agent`, such as "Firefox, Linux"; null if both are unknown. No part of the header itself
 * is returned: an attacker chooses it, and could put their own text into the mail to the owner of the account.
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
