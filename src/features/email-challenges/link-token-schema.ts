import { Type } from "@sinclair/typebox";

import { maximumTokenLength } from "../../platform/jwt/jwt-signer.ts";

/** The token of a mailed link. One of another kind is as long as an access token may be, and refused as unknown. */
export const linkTokenSchema = Type.String({
  minLength: 1,
  maxLength: maximumTokenLength,
  description: "The token of the link in the e-mail.",
  examples: ["TOKEN_OF_THE_LINK"],
});
