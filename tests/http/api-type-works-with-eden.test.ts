import { treaty } from "@elysiajs/eden";
import { beforeAll, expect, expectTypeOf, test } from "bun:test";

import type { Api } from "../../src/app/routes.ts";
import { registerVerified } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let user: Awaited<ReturnType<typeof registerVerified>>;

beforeAll(async () => {
  user = await registerVerified(app);
});

function createClient(accessToken?: string) {
  return treaty<Api>(app.url, {
    headers: accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` },
  });
}

// `expectTypeOf` is checked by the compiler, which is a part of `bun run check`.
test("a sign-in through Eden has the types of its response", async () => {
  const { data, status } = await createClient().api.v1.auth.login.post({
    email: user.email,
    password: user.password,
  });
  expect(status).toBe(200);
  if (!data) throw new Error("no data");
  const email = data.data.user.email;
  expectTypeOf(email).toEqualTypeOf<string>();
  expectTypeOf(data.data.user.username).toEqualTypeOf<string | null>();
  expectTypeOf(data.data.token_type).toEqualTypeOf<"bearer">();
  expectTypeOf(data.data.expires_in).toEqualTypeOf<number>();
  expect(email).toBe(user.email);
});

test("bodies, paths and queries through Eden are checked by the compiler", async () => {
  const { data } = await createClient().api.v1.auth.login.post({
    email: user.email,
    password: user.password,
  });
  const client = createClient(data?.data.access_token);
  const created = await client.api.v1.posts.post({ post_data: "One.", visibility: "public" });
  // @ts-expect-error a visibility that does not exist
  const refused = await client.api.v1.posts.post({ post_data: "Two.", visibility: "secret" });
  expect([created.status, refused.status]).toEqual([201, 400]);
  const post = created.data?.data;
  expectTypeOf(post).toEqualTypeOf<PostView | undefined>();

  const listed = await client.api.v1.posts.get({ query: { scope: "own", limit: 5 } });
  expect(listed.data?.data.items.map(({ post_data }) => post_data)).toEqual(["One."]);
  const shown = await client.api.v1.posts({ post_id: post?.post_id ?? 0 }).get();
  expect(shown.data?.data.visibility).toBe("public");
});

test("a hot route through Eden has the types of its response", async () => {
  const signedIn = await createClient().api.v1.auth.login.post({
    email: user.email,
    password: user.password,
  });
  const token = signedIn.data?.data.access_token ?? "";
  const { data } = await createClient(token).api.v1.users.me.get();
  const email = data?.data.email;
  expectTypeOf(email).toEqualTypeOf<string | undefined>();
  expect(email).toBe(user.email);
  const validated = await createClient().api.v1.auth["validate-token"].post({ token });
  expectTypeOf(validated.data?.data.session_id).toEqualTypeOf<string | undefined>();
  expect(validated.data?.data.email).toBe(user.email);
});

test("an error response through Eden is an error, with the envelope as its value", async () => {
  const { data, error, status } = await createClient().api.v1.users.me.sessions.get();
  expect([status, data]).toEqual([401, null]);
  const value: unknown = error?.value;
  expect(value).toMatchObject({ error: { code: "AUTHENTICATION_REQUIRED" } });
});

interface PostView {
  post_id: number;
  post_data: string;
  visibility: "private" | "public";
  user_id: string;
  username: string | null;
  votes: number;
  voted: boolean;
  created_at: string;
  updated_at: string;
}
