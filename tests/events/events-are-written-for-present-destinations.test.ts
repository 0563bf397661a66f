import { expect, test } from "bun:test";

import { addDestination, eventsOf } from "../support/events.ts";
import { databaseKinds } from "../support/databases.ts";
import { signUp } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

const counts = `select (select count(*)::int from events) as events, (select count(*)::int from event_deliveries) as deliveries`;

// Attack: each sign-in writes a row that is never delivered, and so never deleted.
// part of security 149
test.each([...databaseKinds])(
  "on %s events are written only while a destination wants them",
  async (database) => {
    await using app = await startTestApp({ database });
    await signUp(app);
    expect(await app.rows(counts)).toEqual([{ events: 0, deliveries: 0 }]);

    const everything = await addDestination(app);
    const signIns = await addDestination(app, { types: ["user.logged_in", "user.locked"] });
    const { userId } = await signUp(app);
    const types = (await eventsOf(app, userId)).map(({ type }) => type);
    expect(types).toEqual(["user.registered", "user.email_verified", "user.logged_in"]);
    const deliveries = await app.rows(
      `select e.type, d.destination_id, d.key, d.position = e.position as is_ordered from event_deliveries d join events e on e.id = d.event_id
       order by d.position, d.destination_id = '${everything}' desc`,
    );
    const delivery = { key: userId, is_ordered: true };
    expect(deliveries).toEqual([
      ...types.map((type) => ({ ...delivery, type, destination_id: everything })),
      { ...delivery, type: "user.logged_in", destination_id: signIns },
    ]);
  },
);
