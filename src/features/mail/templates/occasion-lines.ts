import { deviceWords } from "./device-words.ts";
import type { InEveryLanguage, MailLocale } from "./locale.ts";

/** When (ISO 8601) and from where something was done. */
export interface Occasion {
  readonly at: string;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

interface Phrases {
  readonly time: (time: string) => string;
  readonly address: (address: string) => string;
  readonly device: (device: string) => string;
  readonly unknown: string;
}

const PHRASES: InEveryLanguage<Phrases> = {
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

/** A line for each thing known of an occasion. */
export function occasionLines(occasion: Occasion, locale: MailLocale): string[] {
  const phrases = PHRASES[locale];
  const time = new Intl.DateTimeFormat(locale, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(new Date(occasion.at));
  return [
    phrases.time(time.replaceAll(/\s/g, " ")),
    ...(occasion.ipAddress === null ? [] : [phrases.address(occasion.ipAddress)]),
    phrases.device(deviceWords(occasion.userAgent) ?? phrases.unknown),
  ];
}
