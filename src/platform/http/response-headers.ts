/** The headers that an answer gets beside those that every answer has, by their names in small letters. */
export type ResponseHeaders = Record<string, string | number | undefined>;
