import { describe, expect, test } from "bun:test";

import { createEventLoopLag } from "../../src/app/jobs/event-loop-lag.ts";
import { createServiceCounts } from "../../src/platform/metrics/service-counts.ts";
import { signUp } from "../support/journey.ts";
import { scrape } from "../support/scrape.ts";
import { useTestApp } from "../support/test-app.ts";

for (const database of ["postgres", "embedded"] as const) {
  describe(database, () => {
    const app = useTestApp({ database });

    test("sign-ins are counted by method and outcome", async () => {
      const { email, password } = await signUp(app);
      const before = await scrape(app);
      await app.post("/api/v1/auth/login", { email, password });
      await app.post("/api/v1/auth/login", { email, password: "Wrong-Password-1!" });
      const after = await scrape(app);
      const added = (method: string, outcome: string) => {
        const key = `gatehouse_sign_ins_total{method="${method}",outcome="${outcome}"}`;
        return (after.get(key) ?? 0) - (before.get(key) ?? 0);
      };
      expect([added("password", "success"), added("password", "refused")]).toEqual([1, 1]);
    });

    test("the token cache's lookups are counted", async () => {
      const { accessToken } = await signUp(app);
      for (let number = 0; number < 3; number += 1) {
        await app.call("GET", "/api/v1/users/me", { bearer: accessToken });
      }
      const values = await scrape(app);
      expect(values.get('gatehouse_token_cache_lookups_total{result="hit"}')).toBeGreaterThan(1);
      expect(values.get('gatehouse_token_cache_lookups_total{result="miss"}')).toBeGreaterThan(0);
      expect(values.get("gatehouse_token_cache_tokens")).toBeGreaterThan(0);
      expect(values.get("gatehouse_token_cache_bytes")).toBeGreaterThan(0);
    });

    test("backlogs are counted with the age of the oldest", async () => {
      const inAnHour = "now() + interval '1 hour'";
      const id = crypto.randomUUID();
      await app.rows(`insert into outbox (id, topic, payload, created_at, available_at, turn_at)
        values (gen_random_uuid(), 'mail', '{}', now() - interval '10 minutes', ${inAnHour}, ${inAnHour}) returning id`);
      await app.rows(`insert into outbox (id, topic, payload, created_at, available_at, turn_at, dead_at)
        values (gen_random_uuid(), 'mail', '{}', now(), now(), now(), now()) returning id`);
      await app.rows(`insert into event_destinations (id, kind, created_at, retry_at, disabled_at)
        values ('kafka', 'kafka', now(), ${inAnHour}, now()) returning id`);
      await app.rows(`insert into events (id, type, user_id, payload, created_at)
        values ('${id}', 'user.created', '${id}', '{}', now() - interval '20 minutes') returning id`);
      await app.rows(`insert into event_deliveries (event_id, destination_id, key, position, available_at)
        values ('${id}', 'kafka', '${id}', 1, ${inAnHour}) returning event_id`);
      const values = await scrape(app);
      expect(values.get('gatehouse_outbox_messages{topic="mail",state="waiting"}')).toBe(1);
      expect(values.get('gatehouse_outbox_messages{topic="mail",state="dead"}')).toBe(1);
      expect(values.get('gatehouse_event_deliveries{destination="kafka",state="waiting"}')).toBe(1);
      const ages = [
        'gatehouse_outbox_oldest_age_seconds{topic="mail"}',
        'gatehouse_event_oldest_age_seconds{destination="kafka"}',
      ];
      expect(ages.map((key) => Math.floor((values.get(key) ?? 0) / 300))).toEqual([2, 4]);
      expect(values.get("gatehouse_audit_sealing_lag_seconds")).toBeGreaterThanOrEqual(0);
      expect(values.get("gatehouse_database_up")).toBe(1);
    });
  });
}

describe("with limits", () => {
  const app = useTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });

  test("a limit that keeps a request from being served is counted by its name", async () => {
    const attempt = () =>
      app.post("/api/v1/auth/login", { email: "a@example.com", password: "Wrong-Password-1!" });
    const statuses: number[] = [];
    for (let number = 0; number < 7; number += 1) statuses.push((await attempt()).status);
    const refused = statuses.filter((status) => status === 429).length;
    expect(refused).toBeGreaterThan(0);
    const values = await scrape(app);
    expect(values.get('gatehouse_limit_hits_total{limit="sign-in-by-account"}')).toBe(refused);
    expect(values.get('gatehouse_sign_ins_total{method="password",outcome="limited"}')).toBe(
      refused,
    );
  });
});

test("the lag of the event loop is the time by which a run is late", async () => {
  let time = 0;
  const counts = createServiceCounts();
  const job = createEventLoopLag(counts, () => time);
  for (const elapsed of [0, 1000, 1200, 3500]) {
    time += elapsed;
    await job.run(new AbortController().signal);
  }
  const { sum, counts: buckets } = counts.read().eventLoopLag;
  expect(sum).toBeCloseTo(2.7);
  expect(Array.from(buckets)).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 1, 0]);
});
