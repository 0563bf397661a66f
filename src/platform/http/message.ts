import { Type } from "@sinclair/typebox";

/** The `message` of a response. */
export const messageSchema = Type.String({
  description: "A sentence for people; its wording may change.",
});
