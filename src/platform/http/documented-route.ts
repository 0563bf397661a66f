import type { TSchema } from "@sinclair/typebox";

import type { ErrorCode } from "../../kernel/errors.ts";
import type { BodyKind } from "./read-body.ts";
import type { OperationAccess } from "./route-marks.ts";

/** An operation's texts, and the members of an OpenAPI operation that cannot be derived. */
export interface OperationDetail {
  readonly operationId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  /** The credentials that the operation accepts. Only for `anyone`, where the handler itself authenticates. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[] | undefined;
  /** Parameters that no schema describes, as OpenAPI parameter objects. */
  readonly parameters?: readonly object[] | undefined;
}

/** One operation of the document, whichever router serves it. */
export interface DocumentedRoute {
  readonly method: string;
  /** With `:name` segments. */
  readonly path: string;
  readonly access: OperationAccess;
  readonly body?: TSchema | undefined;
  /** Required beside `body`. */
  readonly bodyKind?: BodyKind | undefined;
  readonly params?: TSchema | undefined;
  readonly query?: TSchema | undefined;
  /** The codes that are specific to the operation; the standard ones follow from the other members. */
  readonly failsWith?: readonly ErrorCode[] | undefined;
  /** The schema of each status that the handler itself responds with. */
  readonly response: Readonly<Record<number, TSchema>>;
  readonly detail: OperationDetail;
}
