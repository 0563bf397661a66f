import type { Static, TSchema } from "@sinclair/typebox";
import { type TypeCheck, TypeCompiler } from "@sinclair/typebox/compiler";

/** Tells whether a value has the form that a schema describes. */
export interface SchemaCheck<Schema extends TSchema> {
  Check(value: unknown): value is Static<Schema>;
}

/** The check of a schema, compiled when it is used first: a start does not wait for the checks that it does not use. */
export function compileOnUse<Schema extends TSchema>(schema: Schema): SchemaCheck<Schema> {
  let compiled: TypeCheck<Schema> | null = null;
  return {
    Check(value): value is Static<Schema> {
      compiled ??= TypeCompiler.Compile(schema);
      return compiled.Check(value);
    },
  };
}
