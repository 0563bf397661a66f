/** What a command printed on standard error, less its log. */
export function withoutLog(stderr: string): string {
  return stderr.replaceAll(/^\{.*\}\n/gm, "");
}

/** The messages of the log lines in an output. */
export function logMessages(output: string): string[] {
  return [...output.matchAll(/^\{.*"msg":"([^"]*)"\}$/gm)].map(([, message = ""]) => message);
}
