import { afterAll, expect, setSystemTime, test } from "bun:test";

import { freshEmail, mailTo, signUp } from "../support/journey.ts";
import { askForEmail, confirmEmail, kindsOfMailTo, mailedChange } from "../support/own-account.ts";
import { workOf } from "../support/request-work.ts";
import { useTestApp } from "../support/test-app.ts";
import { visibleResponse } from "../support/visible-response.ts";

const app = useTestApp();

afterAll(() => {
  setSystemTime();
});

// Attack: a user requests changes to other people's addresses, to learn which have an account.
// security 12, 15: of the change of an address
test("requests for a free, a taken and a deleted user's address get the same response to the byte", async () => {
  const user = await signUp(app);
  const owner = await signUp(app);
  const gone = await signUp(app);
  await app.rows(`update users set deleted_at = now() where id = '${gone.userId}'`);
  const free = freshEmail();

  setSystemTime(new Date(Date.now() + 1000));
  const seen = new Set<string>();
  for (const email of [free, owner.email, gone.email]) {
    const answer = await askForEmail(app, user, email);
    expect(answer.status).toBe(202);
    seen.add(visibleResponse(answer));
  }
  setSystemTime();
  expect(seen.size).toBe(1);

  await mailTo(app, free);
  await mailTo(app, gone.email, 2);
  await mailTo(app, user.email, 4);
  expect(kindsOfMailTo(app, user.email).slice(1)).toEqual(Array(3).fill("email-changed"));
  expect(kindsOfMailTo(app, owner.email)).toEqual(["verify-email"]);
  expect(kindsOfMailTo(app, gone.email)).toEqual(["verify-email", "change-email"]);
  expect(kindsOfMailTo(app, free)).toEqual(["change-email"]);
});

// Attack: an earlier link that lives on would tell that the later request led to nothing.
test("an earlier link is revoked whether the later address is free or taken", async () => {
  const owner = await signUp(app);
  for (const later of [freshEmail(), owner.email]) {
    const user = await signUp(app);
    const { token } = await mailedChange(app, user);
    await askForEmail(app, user, later);
    const answer = await confirmEmail(app, token);
    expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  }
});

// security 13: of the change of an address
test("a request for a free and for a taken address takes the same hashes and statements", async () => {
  const user = await signUp(app);
  const owner = await signUp(app);
  const works = await workOf(
    app,
    // The first request is of a token that the new replica does not know yet.
    [freshEmail(), freshEmail(), owner.email].map(
      (email) => (counted) => askForEmail(counted, user, email),
    ),
  );
  expect(works[2]).toMatchObject({ status: 202, hashed: 0, compared: 1 });
  expect(works[2]).toEqual(works[1] ?? fail());
});

function fail(): never {
  throw new Error("no response");
}
