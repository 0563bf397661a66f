/** Whose a job is: the source and the account by which the queue is fair. */
export interface JobOwner {
  readonly source: string;
  readonly account: string;
}

/**
 * Waiting jobs of many sources. Sources take turns, and within a source its accounts do: a source with one job waits for at
 * most one job of each other source, however many those have.
 */
export interface FairQueue<Job extends JobOwner> {
  /** Whether a job of this owner has a place now: a free one, or one of a job that it displaces. */
  hasPlaceFor(owner: JobOwner): boolean;
  /** Adds a job and returns the one that has no place, or null. That is the job itself, unless another one is displaced. */
  add(job: Job): Job | null;
  /** Removes and returns the job whose turn it is, or null. */
  take(): Job | null;
  /** Removes a job. False if it does not wait any more. */
  remove(job: Job): boolean;
}

/** The waiting jobs of a source, by account. Those of an account are in the order of their arrival. */
interface SourceJobs<Job> {
  count: number;
  readonly accounts: Map<string, Job[]>;
}

/**
 * A queue of at most `capacity` jobs. When it is full, a job displaces the newest one of the account with the most jobs in the
 * source with the most, provided that the newcomer's source (or account, in the same source) then still has no more jobs.
 */
export function createFairQueue<Job extends JobOwner>(capacity: number): FairQueue<Job> {
  /** Both maps are in the order of the turns. */
  const sources = new Map<string, SourceJobs<Job>>();
  let size = 0;

  function insert(job: Job): void {
    const ofSource = sources.get(job.source) ?? { count: 0, accounts: new Map<string, Job[]>() };
    const jobs = ofSource.accounts.get(job.account) ?? [];
    jobs.push(job);
    ofSource.count += 1;
    size += 1;
    ofSource.accounts.set(job.account, jobs);
    sources.set(job.source, ofSource);
  }

  function removeAt({ source, account }: JobOwner, index: number): Job | null {
    const ofSource = sources.get(source);
    const jobs = ofSource?.accounts.get(account);
    const [job] = jobs?.splice(index, 1) ?? [];
    if (!ofSource || !jobs || !job) return null;
    ofSource.count -= 1;
    size -= 1;
    if (jobs.length === 0) ofSource.accounts.delete(account);
    if (ofSource.count === 0) sources.delete(source);
    return job;
  }

  /** The owner whose newest job gives way to a job of `newcomer`, or null. */
  function findDisplaced(newcomer: JobOwner): JobOwner | null {
    const [source, most] = largest(sources, ({ count }) => count);
    const ofSource = sources.get(source);
    if (!ofSource) return null;
    const [account, mostOfAccount] = largest(ofSource.accounts, (jobs) => jobs.length);
    const isOther = source !== newcomer.source;
    const limit = isOther ? most : mostOfAccount;
    const waiting = isOther
      ? (sources.get(newcomer.source)?.count ?? 0)
      : (ofSource.accounts.get(newcomer.account)?.length ?? 0);
    // Otherwise two owners with as many jobs would displace each other's in turns.
    return waiting + 1 < limit ? { source, account } : null;
  }

  return {
    hasPlaceFor: (owner) => size < capacity || findDisplaced(owner) !== null,
    add(job) {
      if (size < capacity) {
        insert(job);
        return null;
      }
      const owner = findDisplaced(job);
      if (owner === null) return job;
      const displaced = removeAt(owner, -1);
      insert(job);
      return displaced;
    },
    take() {
      const [next] = sources;
      if (!next) return null;
      const [source, { accounts }] = next;
      const [account = ""] = accounts.keys();
      const job = removeAt({ source, account }, 0);
      moveToEnd(accounts, account);
      moveToEnd(sources, source);
      return job;
    },
    remove(job) {
      const index = sources.get(job.source)?.accounts.get(job.account)?.indexOf(job) ?? -1;
      return index !== -1 && removeAt(job, index) !== null;
    },
  };
}

/** The key of the largest value and its size. Of several the last one, whose turn is the furthest away. */
function largest<Value>(
  values: ReadonlyMap<string, Value>,
  sizeOf: (value: Value) => number,
): [string, number] {
  let found: [string, number] = ["", 0];
  for (const [key, value] of values) {
    const size = sizeOf(value);
    if (size >= found[1]) found = [key, size];
  }
  return found;
}

function moveToEnd<Value>(values: Map<string, Value>, key: string): void {
  const value = values.get(key);
  if (value === undefined) return;
  values.delete(key);
  values.set(key, value);
}
