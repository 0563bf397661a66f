// The journey of a user with the client that openapi-generator generates: journey.js URL EMAIL [CODE].
import assert from "node:assert";

import {
  Configuration,
  EMailVerificationApi,
  ResponseError,
  SessionsApi,
  SignUpAndSignInApi,
  UsersApi,
} from "./client/index.ts";

const [url, email, code] = process.argv.slice(2);
const password = "SecurePassword123!";
const anyone = new Configuration({ basePath: url });

if (code === undefined) {
  const registerRequest = { email, password };
  const registered = await new SignUpAndSignInApi(anyone).register({ registerRequest });
  assert.equal(registered.data.email, email);
  process.exit();
}

await new EMailVerificationApi(anyone).verifyEmailByCode({
  verifyEmailByCodeRequest: { email, code },
});
const { data } = await new SignUpAndSignInApi(anyone).logIn({ logInRequest: { email, password } });
const refreshed = await new SessionsApi(anyone).refreshTokens({
  refreshTokensRequest: { refreshToken: data.refreshToken },
});
const user = new Configuration({ basePath: url, accessToken: refreshed.data.accessToken });
const users = new UsersApi(user);
assert.equal((await users.getCurrentUser()).data.email, email);
await new SessionsApi(user).logOut({ logOutRequest: {} });
const ended = await users.getCurrentUser().catch((error) => error);
assert.ok(ended instanceof ResponseError);
assert.equal((await ended.response.json()).error.code, "INVALID_TOKEN");
process.stdout.write("done\n");
