import { isIP } from "node:net";

import {
  findParameterProblems,
  isServerSetting,
  type Parameters,
  tlsModeOf,
} from "./parameters.ts";
import type { ConnectionTarget, Host, HostRole, TlsChoice, TlsVersion } from "./target.ts";

/** A connection URL in parts, which are decoded. */
interface UrlParts {
  readonly user: string;
  readonly password: string;
  /** The list of hosts with their ports, decoded one by one. */
  readonly hosts: readonly HostPart[];
  readonly database: string;
  readonly parameters: Parameters;
}

interface HostPart {
  readonly host: string;
  readonly port: string;
}

/** An unencoded `@`, `/`, `?` or `#` in a password would make part of it a path or a query. */
const form =
  /^postgres(?:ql)?:\/\/(?:([^\s@/?#]*)@)?([^\s@/?#]*)(?:\/([^\s@?#]*))?(?:\?([^\s@#]*))?$/;
const hostForm = /^(\[[\da-f:.]+\]|[^\s:[\]]*)(?::(\d*))?$/i;
const defaultPort = 5432;

/** Why a connection URL cannot be used: sentences for the operator, which name a parameter and never a value. */
export class ConnectionUrlError extends Error {
  constructor(problems: readonly string[]) {
    super(`The connection URL ${problems.join("; it ")}.`);
    this.name = "ConnectionUrlError";
  }
}

/** Whether text has the form of a connection URL of libpq. Its parameters may still have problems. */
export function isConnectionUrl(url: string): boolean {
  const parts = splitUrl(url);
  return parts !== null && readHosts(parts) !== null;
}

/** What is wrong with the parameters of a connection URL; empty for a usable one. */
export function findUrlProblems(url: string): readonly string[] {
  const parts = splitUrl(url);
  return parts === null ? ["is not a connection URL"] : findParameterProblems(parts.parameters);
}

/** The servers that a connection URL names, and how they are used. Throws `ConnectionUrlError`. */
export function parseConnectionUrl(url: string): ConnectionTarget {
  const parts = splitUrl(url);
  const hosts = parts && readHosts(parts);
  if (!parts || !hosts) throw new ConnectionUrlError(["is not of the form of one"]);
  const problems = findParameterProblems(parts.parameters);
  if (problems.length > 0) throw new ConnectionUrlError(problems);
  const { parameters } = parts;
  const textOf = (name: string): string | null => parameters.get(name) || null;
  return {
    hosts,
    user: textOf("user") ?? (parts.user || null),
    password: parameters.get("password") ?? parts.password,
    database: textOf("dbname") ?? (parts.database || null),
    tls: readTls(parameters),
    channelBinding: readChannelBinding(parameters.get("channel_binding")),
    role: readRole(parameters.get("target_session_attrs")),
    connectTimeoutSeconds: readPositive(parameters.get("connect_timeout")),
    applicationName: textOf("application_name") ?? textOf("fallback_application_name"),
    keepAliveSeconds:
      parameters.get("keepalives") === "0"
        ? 0
        : (readPositive(parameters.get("keepalives_idle")) ?? 60),
    startParameters: Object.fromEntries([...parameters].filter(([name]) => isServerSetting(name))),
  };
}

/** The same URL for display: without its password, and without its query, which may hold passwords under several names. */
export function redactConnectionUrl(url: string): string {
  const [, user, hosts = "", database, query] = form.exec(url) ?? [];
  const [name, password] = user?.split(":") ?? [];
  const shownUser = password === undefined ? name : `${name}:redacted`;
  return [
    url.slice(0, url.indexOf("://") + 3),
    shownUser === undefined ? "" : `${shownUser}@`,
    hosts,
    database === undefined ? "" : `/${database}`,
    query ? "?redacted" : "",
  ].join("");
}

function splitUrl(url: string): UrlParts | null {
  const [, userInfo = "", hostList = "", database = "", query = ""] = form.exec(url) ?? [];
  if (!form.test(url)) return null;
  const [user = "", ...password] = userInfo.split(":");
  try {
    const hosts = hostList.split(",").map((given) => {
      const [, host, port = ""] = hostForm.exec(given) ?? [];
      if (host === undefined) throw new URIError("not a host");
      return { host: decodeURIComponent(host), port };
    });
    const pairs = query.split("&").filter((pair) => pair !== "");
    return {
      user: decodeURIComponent(user),
      password: decodeURIComponent(password.join(":")),
      hosts,
      database: decodeURIComponent(database),
      // Not `URLSearchParams`: to libpq a plus sign is one.
      parameters: new Map(
        pairs.map((pair) => {
          const [name = "", ...value] = pair.split("=");
          return [decodeURIComponent(name), decodeURIComponent(value.join("="))];
        }),
      ),
    };
  } catch {
    return null;
  }
}

/** The hosts of the URL, or of the parameters in their place; null if their lists do not match or a port is none. */
function readHosts({ hosts, parameters }: UrlParts): Host[] | null {
  const names = splitList(parameters.get("host")) ?? hosts.map(({ host }) => host);
  const addresses = splitList(parameters.get("hostaddr")) ?? names.map(() => "");
  const ports = splitList(parameters.get("port")) ?? hosts.map(({ port }) => port);
  const count = Math.max(names.length, addresses.length);
  if (![1, count].includes(names.length) || addresses.length !== count) return null;
  if (ports.length !== count && ports.length !== 1) return null;
  const read = addresses.map((address, index) =>
    readHost(names[index] ?? names[0] ?? "", address, (ports[index] ?? ports[0]) || ""),
  );
  return read.every((host) => host !== null) ? read : null;
}

function readHost(given: string, address: string, portText: string): Host | null {
  const port = portText === "" ? defaultPort : Number(portText);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  if (address !== "" && isIP(address) === 0) return null;
  if (given.startsWith("/")) {
    return { name: given, address: `${given.replace(/\/+$/, "")}/.s.PGSQL.${port}`, port: null };
  }
  const name = given.replace(/^\[|\]$/g, "") || "localhost";
  if (!/^[\w.:-]+$/.test(name)) return null;
  return { name, address: address || name, port };
}

function readTls(parameters: Parameters): TlsChoice {
  const textOf = (name: string): string | null => parameters.get(name) || null;
  return {
    mode: tlsModeOf(parameters),
    rootCertificate: textOf("sslrootcert"),
    certificate: textOf("sslcert"),
    key: textOf("sslkey"),
    keyPassword: textOf("sslpassword"),
    minimumVersion: readVersion(parameters.get("ssl_min_protocol_version")),
    maximumVersion: readVersion(parameters.get("ssl_max_protocol_version")),
    isDirect: parameters.get("sslnegotiation") === "direct",
  };
}

function readVersion(given: string | undefined): TlsVersion | null {
  return given === "TLSv1.2" || given === "TLSv1.3" ? given : null;
}

function readChannelBinding(given: string | undefined): ConnectionTarget["channelBinding"] {
  return given === "disable" || given === "require" ? given : "prefer";
}

function readRole(given: string | undefined): HostRole {
  return given === "read-write" || given === "primary" ? given : "any";
}

/** As in libpq, zero and a negative number mean that there is no limit of the URL. */
function readPositive(given: string | undefined): number | null {
  const seconds = Number(given);
  return given !== undefined && seconds > 0 ? seconds : null;
}

function splitList(given: string | undefined): string[] | null {
  return given === undefined || given === "" ? null : given.split(",");
}
