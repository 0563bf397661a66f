import { type TNumber, type TRecord, type TString, Type } from "@sinclair/typebox";

import { readWebAddress } from "./address-kinds.ts";
import { splitList } from "./kinds.ts";
import type { Kind } from "./setting.ts";

/** The base address of a collector, without a slash at its end. */
export const collectorAddress: Kind<TString, ""> = {
  schema: Type.String({ maxLength: 512 }),
  suffix: "",
  expected: "an http or https URL such as http://localhost:4318, without user, query or fragment",
  read: (given) => readWebAddress(given)?.href.replace(/\/+$/, ""),
  show: (value) => value,
};

/** Header fields (RFC 9110 §5.1) as `name=value`, in the form of W3C Baggage. */
export const headerList: Kind<TRecord<TString, TString>, ""> = {
  schema: Type.Record(Type.String(), Type.String()),
  suffix: "",
  expected: "headers as name=value, comma separated, with percent-encoded values",
  read: (given) => {
    const fields = splitList(given).map(readField);
    return fields.every((field) => field !== null) ? Object.fromEntries(fields) : undefined;
  },
  show: () => "[set]",
};

function readField(field: string): readonly [string, string] | null {
  const [, name = "", encoded = ""] = /^([\w!#$%&'*+.^`|~-]+)\s*=\s*([!-~]*)$/.exec(field) ?? [];
  try {
    const value = decodeURIComponent(encoded);
    return name !== "" && /^[\t\u0020-\u007e]*$/.test(value) ? [name.toLowerCase(), value] : null;
  } catch {
    return null;
  }
}

/** A decimal number from 0 to 1. */
export const fraction: Kind<TNumber, ""> = {
  schema: Type.Number({ minimum: 0, maximum: 1 }),
  suffix: "",
  expected: "a number from 0 to 1 such as 0.1",
  read: (given) => (/^(?:0|1|0?\.\d{1,9}|[01]\.\d{1,9})$/.test(given) ? Number(given) : undefined),
  show: String,
};
