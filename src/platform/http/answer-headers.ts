/** The headers that an answer gets beside those that every answer has, by their names in small letters. */
export type AnswerHeaders = Record<string, string | number | undefined>;
