import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";

import { type TObject, type TString, Type } from "@sinclair/typebox";

import { formatColor, parseColor } from "../../kernel/color.ts";
import { isVisibleOnCard } from "../brand/palette.ts";
import type { Kind } from "./setting.ts";

/** A colour whose buttons are visible on white (WCAG 2.2 §1.4.11). The text on it is black or white, which is always readable. */
export const buttonColor: Kind<TString, ""> = {
  schema: Type.String(),
  suffix: "",
  expected:
    "a colour such as #1f5fd0, with a contrast of at least 3 to the white that buttons are shown on",
  read(given) {
    const color = parseColor(given);
    return color !== null && isVisibleOnCard(color) ? formatColor(color) : undefined;
  },
  show: (value) => value,
};

const maximumLogoBytes = 262_144;

const mediaTypes = ["image/png", "image/jpeg", "image/webp", "image/svg+xml"] as const;

/** The types of images that a logo may have. */
type LogoMediaType = (typeof mediaTypes)[number];

const logo = Type.Object({
  path: Type.String(),
  mediaType: Type.Union(mediaTypes.map((name) => Type.Literal(name))),
  base64: Type.String(),
  /** Differs for every other content. */
  version: Type.String(),
});

/** An image that is read from a file. Its type is that of its content, whatever its name. */
export const logoFile: Kind<typeof logo & TObject, ""> = {
  schema: logo,
  suffix: "",
  expected:
    "the path of a PNG, JPEG, WebP or SVG file of at most 256 KiB that this process may read",
  read: (given) => readLogo(resolve(given)),
  show: ({ path }) => path,
};

function readLogo(path: string) {
  const bytes = readSmallFile(path);
  const mediaType = bytes && mediaTypeOf(bytes);
  if (!bytes || !mediaType) return undefined;
  return {
    path,
    mediaType,
    base64: bytes.toString("base64"),
    version: createHash("sha256").update(bytes).digest("hex").slice(0, 16),
  };
}

/** The content of a file, or null for what is no file, is too large or cannot be read. To open a pipe could block the start. */
function readSmallFile(path: string): Buffer | null {
  try {
    const stats = statSync(path);
    return stats.isFile() && stats.size <= maximumLogoBytes ? readFileSync(path) : null;
  } catch {
    return null;
  }
}

function mediaTypeOf(bytes: Buffer): LogoMediaType | null {
  const head = bytes.subarray(0, 12).toString("latin1");
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (head.startsWith("RIFF") && head.endsWith("WEBP")) return "image/webp";
  return isSvg(bytes) ? "image/svg+xml" : null;
}

/** Whether the root element of an XML document is `svg`, after a declaration, comments and a document type (XML 1.0 §2.8). */
function isSvg(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return /^\s*(?:<\?[\s\S]*?\?>\s*|<!--[\s\S]*?-->\s*|<!DOCTYPE[^>[]*>\s*)*<svg[\s>]/i.test(text);
  } catch {
    return false;
  }
}
