/** What is remembered of the servers of a URL, so that a connection does not try first what failed last. */
export interface HostOrder {
  /** The indexes of all servers, in the order in which to try them. */
  next(): number[];
  /** The server accepts connections, and has the role that is required. */
  isUsable(index: number): void;
  /** It accepts connections and has another role. It may be promoted, so it is tried before those that do not respond. */
  isUnsuitable(index: number): void;
  isUnreachable(index: number): void;
  /** Whether it was not reachable when it was last tried. */
  wasUnreachable(index: number): boolean;
}

type State = "usable" | "untried" | "unsuitable" | "unreachable";

const rank: Readonly<Record<State, number>> = {
  usable: 0,
  untried: 1,
  unsuitable: 2,
  unreachable: 3,
};

/** The order of the servers of one URL, for all connections to it. At first it is that of the URL. */
export function createHostOrder(count: number): HostOrder {
  const states = Array.from({ length: count }, (): State => "untried");
  const rankOf = (index: number): number => rank[states[index] ?? "untried"];
  return {
    next: () => [...states.keys()].toSorted((one, other) => rankOf(one) - rankOf(other)),
    isUsable: (index) => void (states[index] = "usable"),
    isUnsuitable: (index) => void (states[index] = "unsuitable"),
    isUnreachable: (index) => void (states[index] = "unreachable"),
    wasUnreachable: (index) => states[index] === "unreachable",
  };
}
