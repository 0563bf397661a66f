/** The headers of one response beside those of every response, by lower-case name. */
export type ResponseHeaders = Record<string, string | number | undefined>;
