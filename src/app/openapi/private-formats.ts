import type { JsonObject } from "./json.ts";

const controlOrBidi = "\\u0000-\\u001F\\u007F-\\u009F\\u202A-\\u202E\\u2066-\\u2069";
const controlButLines =
  "\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F\\u202A-\\u202E\\u2066-\\u2069";

/** The formats that the schemas register with TypeBox, in keywords that every reader of OpenAPI knows. */
const privateFormats: Readonly<Record<string, JsonObject>> = {
  "storable-text": { pattern: `^[^${controlOrBidi}]*$` },
  "storable-lines": { pattern: `^[^${controlButLines}]*$` },
  "record-id": { format: "uuid" },
  "http-url": { format: "uri", pattern: "^[Hh][Tt][Tt][Pp][Ss]?://" },
  "language-tag": { pattern: "^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$" },
};

const publicFormats = new Set(["uuid", "email", "date-time", "uri"]);

/** A string format in keywords of OpenAPI. Throws for one that is neither public nor listed here. */
export function describeFormat(format: string): JsonObject {
  if (publicFormats.has(format)) return { format };
  const described = privateFormats[format];
  if (!described) throw new Error(`The format "${format}" has no description for OpenAPI.`);
  return described;
}
