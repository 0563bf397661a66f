import { type Static, type TSchema, Type } from "@sinclair/typebox";

const defaultLimit = 20;

/** The query of every list; `pageOfQuery` reads it. */
export const listQuery = Type.Object(
  {
    // A query contains strings. The framework's own coerced integer responds with 500 when out of bounds.
    limit: Type.Optional(
      Type.Union(
        [
          Type.Integer({ minimum: 1, maximum: 100 }),
          Type.String({ format: "integer", pattern: "^(?:[1-9]\\d?|100)$" }),
        ],
        { description: "The maximum number of items.", default: defaultLimit },
      ),
    ),
    cursor: Type.Optional(
      Type.String({ description: "`next_cursor` of the previous page.", maxLength: 512 }),
    ),
  },
  { additionalProperties: false },
);

/** The requested page of a list; `cursor` is null for the first. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor: string | null;
}

/** The page that a query requests. */
export function pageOfQuery({ limit, cursor }: Static<typeof listQuery>): PageQuery {
  return { limit: Number(limit ?? defaultLimit), cursor: cursor ?? null };
}

/** The `data` of every list: a page of items. */
export function listSchema<T extends TSchema>(item: T) {
  return Type.Object({
    items: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()], {
      description: "The `cursor` of the next page; null on the last one.",
    }),
  });
}
