import type { EventSink } from "./event-sink.ts";
import { eventually } from "./eventually.ts";
import type { Home } from "./executable-home.ts";
import { type ServerProcess, startGatehouse } from "./executable.ts";
import { freshEmail, goodPassword } from "./journey.ts";
import type { ArrivedEvent } from "./test-broker.ts";

/** How often the process is killed, and where its events go. */
export interface ChaosPlan {
  readonly home: Home;
  readonly sink: EventSink;
  readonly kills: number;
  /** The leases of the killed process are ended at once, not after a minute. */
  readonly endsLeases: boolean;
  readonly report?: (message: string) => void;
}

/** What happened, and what must not have. */
export interface ChaosResult {
  readonly kills: number;
  /** How often the destination was stopped and started again. */
  readonly outages: number;
  /** Requests that were acknowledged. */
  readonly requests: number;
  readonly users: number;
  readonly auditRows: number;
  readonly events: number;
  readonly arrived: number;
  /** Arrivals of events that had arrived before. */
  readonly repeats: number;
  /** Sentences; none if every guarantee was kept. */
  readonly violations: readonly string[];
}

const callers = 6;
const fastHashes = { ENVIRONMENT: "test", BCRYPT_COST: "4", LOGIN_QUEUE: "1000" };
const settleSeconds = 300;

interface Acknowledged {
  readonly emails: Set<string>;
  requests: number;
}

/**
 * Kills the executable again and again while clients register and sign in and the destination comes and goes, and compares what
 * is committed with what has arrived: all of it, in each user's order, and nothing else.
 */
export async function runEventChaos(plan: ChaosPlan): Promise<ChaosResult> {
  const { sink, kills, report = () => undefined } = plan;
  const home: Home = {
    ...plan.home,
    settings: {
      ...plan.home.settings,
      ...fastHashes,
      ...sink.settings,
      AUDIT_STREAM: sink.id,
      MAIL_TRANSPORT: "none",
      REQUIRE_EMAIL_VERIFICATION: "false",
      RATE_LIMITS_ENABLED: "false",
    },
  };
  const acknowledged: Acknowledged = { emails: new Set(), requests: 0 };
  let outages = 0;
  for (let round = 1; round <= kills; round += 1) {
    const hasOutage = round % 3 === 2;
    if (hasOutage) outages += 1;
    await killUnderLoad(home, { acknowledged, outageOf: hasOutage ? sink : null });
    if (round % 10 === 0) report(`${round} kills, ${acknowledged.requests} requests`);
  }
  await deliverAll(home, plan.endsLeases);
  const { requests, emails } = acknowledged;
  const compared = await compareWithArrived(home, await sink.read(), emails);
  return { kills, outages, requests, ...compared };
}

/** Starts the executable, kills it at a random time under load, and ends an outage of the destination at another. */
async function killUnderLoad(
  home: Home,
  { acknowledged, outageOf }: { acknowledged: Acknowledged; outageOf: EventSink | null },
): Promise<void> {
  await using server = await startGatehouse(home);
  const before = acknowledged.requests;
  const load = Promise.all(
    Array.from({ length: callers }, () => callUntilKilled(server, acknowledged)),
  );
  await eventually(
    () => acknowledged.requests,
    (requests) => requests > before + callers,
    60,
  );
  await Bun.sleep(Math.random() * 400);
  await outageOf?.stop();
  await Bun.sleep(Math.random() * 800);
  const isBackFirst = Math.random() < 0.5;
  if (isBackFirst) await outageOf?.start();
  await Bun.sleep(Math.random() * 200);
  server.signal("SIGKILL");
  await load;
  if (!isBackFirst) await outageOf?.start();
}

/** Registers users, also one that exists, and signs each in, also with a wrong password, until the server is gone. */
async function callUntilKilled(server: ServerProcess, acknowledged: Acknowledged): Promise<void> {
  const post = async (path: string, json: object): Promise<number> => {
    const { status } = await server.post(`/api/v1/auth/${path}`, json);
    acknowledged.requests += 1;
    return status;
  };
  try {
    for (;;) {
      const user = { email: freshEmail(), password: goodPassword };
      if ((await post("register", user)) === 201) acknowledged.emails.add(user.email);
      await post("login", user);
      await post("register", user);
      await post("login", { ...user, password: "Wr0ng-Password!" });
      await post("login", user);
    }
  } catch {
    // The process was killed.
  }
}

/** Runs the executable until nothing is to be sent any more. */
async function deliverAll(home: Home, endsLeases: boolean): Promise<void> {
  if (endsLeases) {
    await home.rows("update event_deliveries set available_at = now() where status = 'pending'");
    await home.rows("update event_destinations set retry_at = null");
  }
  await using server = await startGatehouse(home);
  await eventually(
    () => home.rows("select 1 from event_deliveries where status = 'pending' limit 1"),
    (pending) => pending.length === 0,
    settleSeconds,
  );
  await server.stop();
}

/** Compares what is committed with what has arrived, and with the addresses whose registration was acknowledged. */
export async function compareWithArrived(
  home: Home,
  arrived: readonly ArrivedEvent[],
  emails: ReadonlySet<string>,
): Promise<Omit<ChaosResult, "kills" | "outages" | "requests">> {
  const users = await home.rows("select id, email from users");
  const auditRows = await home.rows("select id from audit_log");
  const events = await home.rows("select id, user_id, type from events order by position, id");
  // Each kind of change has its own row of the audit log, of the same statement.
  const changes = await home.rows(
    `select user_id, case action when 'user.login' then 'user.logged_in' else action end as type from audit_log
     where result = 'success' and action in ('user.registered', 'user.login')`,
  );
  const first = firstArrivals(arrived);
  const arrivedIds = new Set(first.keys());
  const eventIds = new Set(events.map(({ id }) => String(id)));
  const auditIds = new Set(auditRows.map(({ id }) => String(id)));
  const stored = new Set(users.map(({ email }) => String(email)));
  const written = events.filter(({ type }) => !String(type).startsWith("audit."));
  const registered = changes.filter(({ type }) => type === "user.registered");
  return {
    users: users.length,
    auditRows: auditRows.length,
    events: events.length,
    arrived: arrived.length,
    repeats: arrived.length - first.size,
    violations: [
      ...each(emails.difference(stored), "an acknowledged user is not stored"),
      ...each(eventIds.difference(arrivedIds), "an event has not arrived"),
      ...each(arrivedIds.difference(eventIds), "an event without a change has arrived"),
      ...each(auditIds.difference(eventIds), "a row of the audit log has no event"),
      ...unequal(changes.map(nameOf), written.map(nameOf)),
      ...unequal(
        users.map(({ id }) => nameOf({ type: "user.registered", user_id: id })),
        registered.map(nameOf),
      ),
      ...alteredRepeats(arrived, first),
      ...outOfOrder(events, first),
    ],
  };
}

function nameOf(row: Record<string, unknown>): string {
  return `${String(row["type"])} of ${String(row["user_id"])}`;
}

interface Arrival {
  readonly place: number;
  readonly body: string;
}

function firstArrivals(arrived: readonly ArrivedEvent[]): Map<string, Arrival> {
  const first = new Map<string, Arrival>();
  for (const [place, { id, body }] of arrived.entries()) {
    if (!first.has(id)) first.set(id, { place, body });
  }
  return first;
}

/** An event that arrives again is the same event. */
function alteredRepeats(
  arrived: readonly ArrivedEvent[],
  first: ReadonlyMap<string, Arrival>,
): string[] {
  return arrived
    .filter(({ id, body }) => first.get(id)?.body !== body || JSON.parse(body).event_id !== id)
    .map(({ id }) => `a repetition differs: ${id}`);
}

/** The events of one user arrive for the first time in the order in which they were written. */
function outOfOrder(
  events: readonly Record<string, unknown>[],
  first: ReadonlyMap<string, Arrival>,
): string[] {
  const lastOfUser = new Map<string, number>();
  return events.flatMap(({ id, user_id }) => {
    const [key, place] = [String(user_id), first.get(String(id))?.place];
    if (place === undefined) return [];
    const isLate = (lastOfUser.get(key) ?? -1) > place;
    if (!isLate) lastOfUser.set(key, place);
    return isLate ? [`an event arrived before an earlier one of its user: ${String(id)}`] : [];
  });
}

/** What one list has more often than the other. */
function unequal(changes: readonly string[], events: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const change of changes) counts.set(change, (counts.get(change) ?? 0) + 1);
  for (const event of events) counts.set(event, (counts.get(event) ?? 0) - 1);
  return [...counts].flatMap(([what, count]) =>
    count === 0 ? [] : [`${count > 0 ? "too few" : "too many"} events: ${what}`],
  );
}

function each(ids: Iterable<string>, what: string): string[] {
  return [...ids].map((id) => `${what}: ${id}`);
}
