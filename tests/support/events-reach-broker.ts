import { afterAll, beforeAll, expect, test } from "bun:test";

import type { DatabaseKind } from "./databases.ts";
import { createHome } from "./executable-home.ts";
import { type ServerProcess, startGatehouse } from "./executable.ts";
import { eventually } from "./eventually.ts";
import { describeWhere, type Found } from "./installed-program.ts";
import { freshEmail, goodPassword } from "./journey.ts";
import { type ArrivedEvent, brokerPassword, type TestBroker } from "./test-broker.ts";

/** A broker that the executable sends its events to. */
interface EventBroker {
  readonly name: string;
  readonly found: Found;
  settings(url: string): Readonly<Record<string, string>>;
  readonly database: DatabaseKind;
  start(program: string): Promise<TestBroker>;
}

const arrivalSeconds = 60;

/** Describes what a broker gets from the executable while it is there, and after it was away. */
export function describeEventsReach(eventBroker: EventBroker): void {
  const { name, found, database, start } = eventBroker;
  describeWhere(`the executable and ${name}`, found, (program) => {
    let broker: TestBroker;
    beforeAll(async () => {
      broker = await start(program);
    });
    afterAll(() => broker?.[Symbol.asyncDispose]());

    /** The user's events, once there are `count`. */
    const eventsOf = (userId: string, count: number): Promise<Arrived[]> =>
      eventually(
        async () => (await broker.read()).map(parse).filter(({ data }) => data.user_id === userId),
        (events) => events.length >= count,
        arrivalSeconds,
      );

    test("a registration and a sign-in arrive in their order, also after the broker was away", async () => {
      await using home = await createHome(database);
      const settings = {
        ...home.settings,
        ...eventBroker.settings(broker.url),
        ENVIRONMENT: "test",
        JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
        BCRYPT_COST: "4",
        MAIL_TRANSPORT: "none",
        REQUIRE_EMAIL_VERIFICATION: "false",
      };
      await using server = await startGatehouse({ cwd: home.cwd, settings });
      const user = { email: freshEmail(), password: goodPassword };

      // A registration without a verification signs in too.
      const userId = await register(server, user);
      expect((await server.post("/api/v1/auth/login", user)).status).toBe(200);

      const [registered, loggedIn] = await eventsOf(userId, 3);
      if (registered === undefined) throw new Error("no event");
      expect(registered).toEqual({
        id: registered.event_id,
        type: "user.registered",
        event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        event_type: "user.registered",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        data: expect.objectContaining({ user_id: userId, email: user.email }),
      });
      expect(loggedIn).toMatchObject({
        id: loggedIn?.event_id,
        type: "user.logged_in",
        event_type: "user.logged_in",
        data: { user_id: userId, email: user.email, ip_address: "127.0.0.1" },
      });

      await broker.process.stop();
      const late = { email: freshEmail(), password: goodPassword };
      const lateId = await register(server, late);
      expect((await server.post("/api/v1/auth/login", late)).status).toBe(200);
      await broker.process.start();

      const lateTypes = (await eventsOf(lateId, 3)).map(({ type }) => type);
      expect(lateTypes).toEqual(["user.registered", "user.logged_in", "user.logged_in"]);
      expect(await server.stop()).toBe(0);
      const printed = server.output.stdout + server.output.stderr;
      expect(printed).not.toContain(brokerPassword);
      expect(printed).not.toContain(encodeURIComponent(brokerPassword));
    });
  });
}

interface Arrived {
  readonly id: string;
  readonly type: string;
  readonly event_id: string;
  readonly event_type: string;
  readonly timestamp: string;
  readonly data: { readonly user_id: string };
}

/** The event's JSON, with the id and the type that the broker's format has beside it. */
function parse({ id, type, body }: ArrivedEvent): Arrived {
  return { ...JSON.parse(body), id, type };
}

async function register(
  server: ServerProcess,
  user: { email: string; password: string },
): Promise<string> {
  const answer = await server.post("/api/v1/auth/register", user);
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`);
  return String(answer.json.data.user_id);
}
