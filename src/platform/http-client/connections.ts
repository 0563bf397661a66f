import * as http from "node:http";
import * as https from "node:https";

/** Connections that are kept for further requests of one client. */
export interface Connections {
  /** The agent that keeps the connections of this kind: those of other kinds are never used for each other's requests. */
  agentFor(url: URL, mayBePrivate: boolean): http.Agent;
}

/** Shorter than the time after which most servers close an idle connection. */
const idleSeconds = 4;
const keptPerHost = 4;

/** Agents that are made when they are first used. A connection to a private address is kept for requests that may go there. */
export function createConnections(): Connections {
  const options = { keepAlive: true, maxFreeSockets: keptPerHost, timeout: idleSeconds * 1000 };
  const agents = new Map<string, http.Agent>();
  return {
    agentFor({ protocol }, mayBePrivate) {
      const kind = `${protocol} ${mayBePrivate}`;
      const known = agents.get(kind);
      if (known) return known;
      const agent = protocol === "https:" ? new https.Agent(options) : new http.Agent(options);
      agents.set(kind, agent);
      return agent;
    },
  };
}
