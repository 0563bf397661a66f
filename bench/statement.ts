/** A statement as Gatehouse sent it once, in a form in which it can be sent again for another refresh. */
export interface Statement {
  readonly query: string;
  readonly parameters: readonly Parameter[];
}

/** A parameter that stays as it was, or what stands in its place each time. */
export type Parameter =
  | { readonly is: "given"; readonly value: unknown }
  /** A moment, so long after that of the request. */
  | { readonly is: "moment"; readonly laterMilliseconds: number }
  /** A new identifier. */
  | { readonly is: "fresh" }
  | { readonly is: keyof SessionFacts | "successorHash" };

/** What the statements of a refresh say of its session. */
export interface SessionFacts {
  readonly sessionId: string;
  readonly userId: string;
  /** Of the living refresh token. */
  readonly presentedHash: string;
}

/** What the process that sends them alone is told. */
export interface BareRefreshes {
  readonly url: string;
  readonly poolSize: number;
  readonly callers: number;
  /** Not counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly statements: readonly Statement[];
  readonly sessions: readonly SessionFacts[];
}
