import { Type } from "@sinclair/typebox";

/** The `message` of an answer that has little else to say. */
export const messageSchema = Type.String({ description: "A sentence for people; may change." });
