import { join } from "node:path";

import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

import type { Machine } from "./machine.ts";
import type { Result } from "./measurement.ts";

/** What one measurement found, and when, at which commit and on which machine it did. */
export interface Report {
  /** ISO 8601. */
  readonly at: string;
  readonly commit: string;
  readonly machine: Machine;
  /** How often each of a pair was measured. */
  readonly rounds: number;
  readonly results: readonly Result[];
}

/** The last report of each measurement, by its name. */
export type Reports = Readonly<Record<string, Report>>;

const reportsSchema = Type.Unsafe<Reports>(
  Type.Record(Type.String(), Type.Object({ results: Type.Array(Type.Object({})) })),
);

const path = join(import.meta.dir, "results.json");

/** The reports of `bench/results.json`; none if there is no such file. */
export async function readReports(): Promise<Reports> {
  const file = Bun.file(path);
  if (!(await file.exists())) return {};
  const reports: unknown = await file.json();
  // `Value.Parse` would remove the members that the schema does not name.
  Value.Assert(reportsSchema, reports);
  return reports;
}

/** Replaces the last report of a measurement; those of the others stay. */
export async function keepReport(name: string, report: Report): Promise<void> {
  const reports = { ...(await readReports()), [name]: report };
  await Bun.write(path, `${JSON.stringify(reports, null, 2)}\n`);
}
