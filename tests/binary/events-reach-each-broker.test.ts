import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import type { DatabaseKind } from "../support/databases.ts";
import { createHome } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { describeWhere, type Found, findProgram } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { kafkaAddress, startKafka } from "../support/kafka-broker.ts";
import { findKafka } from "../support/kafka-programs.ts";
import { startNats } from "../support/nats-broker.ts";
import { startRabbitmq } from "../support/rabbitmq-broker.ts";
import { startRedis } from "../support/redis-broker.ts";
import { type ArrivedEvent, brokerPassword, type TestBroker } from "../support/test-broker.ts";

setDefaultTimeout(120_000);

interface Broker {
  readonly name: string;
  find(): Found | Promise<Found>;
  settings(url: string): Readonly<Record<string, string>>;
  /** One of them runs with the embedded database. */
  readonly database: DatabaseKind;
  start(program: string): Promise<TestBroker>;
}

const brokers: readonly Broker[] = [
  {
    name: "NATS JetStream",
    find: () => findProgram("nats-server"),
    settings: (url) => ({ EVENTS_NATS_URL: url }),
    database: "postgres",
    start: startNats,
  },
  {
    name: "RabbitMQ",
    find: () => findProgram("rabbitmq-server"),
    settings: (url) => ({ EVENTS_AMQP_URL: url }),
    database: "postgres",
    start: startRabbitmq,
  },
  {
    name: "Redis Streams",
    find: () => findProgram("redis-server"),
    settings: (url) => ({ EVENTS_REDIS_URL: url }),
    database: "embedded",
    start: startRedis,
  },
  {
    name: "Kafka",
    find: findKafka,
    settings: kafkaSettings,
    database: "postgres",
    start: startKafka,
  },
];

const arrivalSeconds = 60;

for (const { name, find, settings: settingsOf, database, start } of brokers) {
  describeWhere(`the executable and ${name}`, await find(), (program) => {
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

    // security 135
    test("a registration and a sign-in arrive in their order, also after the broker was away", async () => {
      await using home = await createHome(database);
      const settings = {
        ...home.settings,
        ...settingsOf(broker.url),
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

function kafkaSettings(url: string): Readonly<Record<string, string>> {
  const { brokers: hosts, credentials } = kafkaAddress(url);
  return {
    EVENTS_KAFKA_BROKERS: hosts.join(","),
    EVENTS_KAFKA_SASL: "scram-sha-512",
    EVENTS_KAFKA_USERNAME: credentials.username,
    EVENTS_KAFKA_PASSWORD: credentials.password,
  };
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
