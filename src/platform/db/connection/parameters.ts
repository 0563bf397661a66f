import { systemCertificates, type TlsMode } from "./target.ts";

/** The parameters of a connection URL by name: those of its query, which are decoded. */
export type Parameters = ReadonlyMap<string, string>;

/** What a parameter may be: values, a form, or any value (null). */
type Accepted = readonly string[] | RegExp | null;

const tlsModes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
const number = /^-?\d{1,6}$/;

/** The parameters of libpq that are supported, and their values. */
const supported: Readonly<Record<string, Accepted>> = {
  host: null,
  hostaddr: null,
  port: null,
  user: null,
  password: null,
  dbname: null,
  application_name: null,
  fallback_application_name: null,
  options: null,
  connect_timeout: number,
  keepalives: ["0", "1"],
  keepalives_idle: number,
  sslmode: tlsModes,
  // As in JDBC: libpq reads it as sslmode=require.
  ssl: ["true"],
  sslrootcert: null,
  sslcert: null,
  sslkey: null,
  sslpassword: null,
  ssl_min_protocol_version: ["TLSv1.2", "TLSv1.3"],
  ssl_max_protocol_version: ["TLSv1.2", "TLSv1.3"],
  sslnegotiation: ["postgres", "direct"],
  channel_binding: ["disable", "prefer", "require"],
  target_session_attrs: ["any", "read-write", "primary"],
};

/** Parameters of libpq of which only the value that changes nothing is accepted. */
const withoutEffect: Readonly<Record<string, readonly string[]>> = {
  client_encoding: ["UTF8", "utf8", "utf-8", "UTF-8", "auto"],
  gssencmode: ["disable", "prefer"],
  load_balance_hosts: ["disable"],
  min_protocol_version: ["3.0"],
  max_protocol_version: ["3.0", "3.2", "latest"],
  sslcompression: ["0"],
  sslcertmode: ["allow"],
  sslsni: ["1"],
  replication: ["false", "off", "no", "0"],
};

/** Parameters that are not supported, and what to do instead. */
const instead: Readonly<Record<string, string>> = {
  gssdelegation: "connect with a password or a certificate",
  gsslib: "connect with a password or a certificate",
  keepalives_count: "DATABASE_TIMEOUT limits how long a lost connection is waited for",
  keepalives_interval: "DATABASE_TIMEOUT limits how long a lost connection is waited for",
  krbsrvname: "connect with a password or a certificate",
  oauth_client_id: "connect with a password or a certificate",
  oauth_client_secret: "connect with a password or a certificate",
  oauth_issuer: "connect with a password or a certificate",
  oauth_scope: "connect with a password or a certificate",
  passfile: "put the password into the URL, and the URL into the file of DATABASE_URL_FILE",
  require_auth: "channel_binding=require allows SCRAM alone",
  requirepeer: "use TCP with sslmode=verify-full",
  requiressl: "use sslmode=require",
  scram_client_key: "put the password into the URL",
  scram_server_key: "put the password into the URL",
  service: "put the address into the URL",
  servicefile: "put the address into the URL",
  sslcrl: "remove the certificate of the server from use",
  sslcrldir: "remove the certificate of the server from use",
  sslkeylogfile: "leave it out",
  tcp_user_timeout: "DATABASE_TIMEOUT limits how long a lost connection is waited for",
  // Of other drivers.
  connection_limit: "it is one of another driver: use DATABASE_POOL_SIZE",
  pgbouncer: "it is one of another driver: set DATABASE_DIRECT_URL beside a pooler",
  pool_timeout: "it is one of another driver: use DATABASE_TIMEOUT",
  prepare: "it is one of another driver: set DATABASE_DIRECT_URL beside a pooler",
  schema: "it is one of another driver: use options=-csearch_path%3Dname",
  sslaccept: "it is one of another driver: use sslmode",
  uselibpqcompat: "it is one of another driver: sslmode has the meaning of libpq without it",
};

/** Settings of the server that drivers commonly send when a connection starts. Others are set by `options`. */
const serverSettings = new Set([
  "DateStyle",
  "TimeZone",
  "datestyle",
  "lock_timeout",
  "search_path",
  "timezone",
]);

/** Whether a parameter is a setting of the server, which is sent to it when a connection starts. */
export function isServerSetting(name: string): boolean {
  return name === "options" || serverSettings.has(name);
}

/** Finds parameters that are unknown, not supported or of a wrong value: a sentence for each, with its name and no value. */
export function findParameterProblems(parameters: Parameters): string[] {
  return [...[...parameters].flatMap(findProblem), ...findConflicts(parameters)];
}

function findProblem([name, value]: [string, string]): string[] {
  if (serverSettings.has(name)) return [];
  if (Object.hasOwn(supported, name)) return findValueProblem(name, value, supported[name] ?? null);
  if (Object.hasOwn(withoutEffect, name)) {
    return findValueProblem(name, value, withoutEffect[name] ?? null);
  }
  const advice = instead[name];
  if (advice !== undefined) return [`has the parameter ${name}, which is not supported: ${advice}`];
  // A name that is not an identifier may be part of a password that was not encoded.
  const shown = /^[A-Za-z_][\w.]{0,40}$/.test(name) ? `the parameter ${name}` : "a parameter";
  return [
    `has ${shown}, which libpq does not know: settings of the server are set by options=-cname%3Dvalue`,
  ];
}

function findValueProblem(name: string, value: string, accepted: Accepted): string[] {
  if (accepted === null) return [];
  if (accepted instanceof RegExp) {
    return accepted.test(value) ? [] : [`has a parameter ${name} that is not a number`];
  }
  if (accepted.includes(value)) return [];
  if (name === "target_session_attrs" && roleAdvice.has(value)) {
    return [`has the parameter target_session_attrs=${value}: ${writesAdvice}`];
  }
  return [`has a parameter ${name} that is not supported: it must be ${accepted.join(" or ")}`];
}

const writesAdvice = "the service writes, so it must be read-write, primary or any";
const roleAdvice = new Set(["read-only", "standby", "prefer-standby"]);

function findConflicts(parameters: Parameters): string[] {
  const problems: string[] = [];
  const mode = tlsModeOf(parameters);
  const binding = parameters.get("channel_binding");
  if (parameters.get("sslrootcert") === systemCertificates && mode !== "verify-full") {
    problems.push("has sslrootcert=system, which needs sslmode=verify-full");
  }
  if (parameters.get("sslnegotiation") === "direct" && isOptional(mode)) {
    problems.push("has sslnegotiation=direct, which needs sslmode=require or stronger");
  }
  if (binding === "require" && mode === "disable") {
    problems.push("has channel_binding=require, which needs TLS: sslmode must not be disable");
  }
  if (parameters.has("sslcert") !== parameters.has("sslkey")) {
    problems.push("has one of sslcert and sslkey: a client certificate needs both");
  }
  return problems;
}

/** Whether a connection without TLS is accepted. */
export function isOptional(mode: TlsMode): boolean {
  return mode === "disable" || mode === "allow" || mode === "prefer";
}

/** The `sslmode`, whose default is libpq's. */
export function tlsModeOf(parameters: Parameters): TlsMode {
  const given = tlsModes.find((mode) => mode === parameters.get("sslmode"));
  if (given) return given;
  if (parameters.get("sslrootcert") === systemCertificates) return "verify-full";
  return parameters.get("ssl") === "true" ? "require" : "prefer";
}
