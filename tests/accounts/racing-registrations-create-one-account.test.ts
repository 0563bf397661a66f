import { expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

const racers = 50;

const app = useTestApp();

function outcome(answer: Answer): string {
  return `${answer.status} ${String(answer.json?.error?.code ?? "")}`.trim();
}

/** The outcomes and how often each came. */
function tally(answers: readonly Answer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of answers.map(outcome)) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

// security 127
test("50 registrations at once for one address in many spellings create one account", async () => {
  const variants = [
    "race@bücher.example",
    "RACE@BÜCHER.EXAMPLE",
    "Race@xn--bcher-kva.example",
    "race@bu\u0308cher.example",
    "race@ｂücher。example",
    " race@bücher.example ",
  ];
  const answers = await race(racers, (index) =>
    app.post("/api/v1/auth/register", {
      email: variants[index % variants.length],
      password: goodPassword,
    }),
  );
  expect(tally(answers)).toEqual({ "201": 1, "400 DUPLICATE_EMAIL": racers - 1 });

  const email = "race@xn--bcher-kva.example";
  const rows = await app.rows("select email from users where email like 'race@%'");
  expect(rows).toEqual([{ email }]);
  // One account, one mail, one event; each refused attempt audited.
  const mails = () => app.mailer.sent.filter(({ message }) => message.to.address === email);
  await eventually(mails, (found) => found.length > 0);
  expect(mails()).toHaveLength(1);
  const events = await app.rows(
    `select id from events where payload->'data'->>'email' = '${email}'`,
  );
  expect(events).toHaveLength(1);
  const refusals = await app.rows(
    "select detail from audit_log where action = 'user.registered' and result = 'failure'",
  );
  expect(refusals).toMatchObject([{ detail: { reason: "DUPLICATE_EMAIL", count: racers - 1 } }]);
});

// security 127
test("50 registrations at once for one username in any case create one account", async () => {
  const variants = ["racing.ada", "RACING.ADA", "Racing.Ada", "rAcInG.aDa"];
  const answers = await race(racers, (index) =>
    app.post("/api/v1/auth/register", {
      email: freshEmail(),
      password: goodPassword,
      username: variants[index % variants.length],
    }),
  );
  expect(tally(answers)).toEqual({ "201": 1, "400 DUPLICATE_USERNAME": racers - 1 });
  const rows = await app.rows("select id from users where lower(username) = 'racing.ada'");
  expect(rows).toHaveLength(1);
});

// Bad day: two people swap each other's identifiers; a deadlock would be a 500.
// security 127
test("registrations that collide in address and username both ways end as 201 or 400", async () => {
  const emails = [freshEmail(), freshEmail()];
  const answers = await race(racers, (index) =>
    app.post("/api/v1/auth/register", {
      email: emails[index % 2],
      password: goodPassword,
      username: index % 4 < 2 ? "collide-one" : "collide-two",
    }),
  );
  const statuses = answers.map((answer) => answer.status);
  expect(statuses.filter((status) => status !== 201 && status !== 400)).toEqual([]);
  const rows = await app.rows(`select id from users where email in ('${emails.join("','")}')`);
  expect(rows).toHaveLength(statuses.filter((status) => status === 201).length);
  expect(rows.length).toBeGreaterThan(0);
});
