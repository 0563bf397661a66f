import { test } from "bun:test";

const uid = 65_532;

/**
 * A command prefix under which everything is read-only but `writableDirectory`, which is given to the user that the program
 * then runs as (65532, no groups, no capabilities), in a mount namespace of its own.
 */
export function confine(writableDirectory: string): string[] {
  // The executable may lie below a directory that only root may enter: it is mounted where the user can reach it.
  const script = `set -e
    data="$1"; place="$2"; executable="$3"; shift 3
    chown ${uid}:${uid} "$data"
    chmod o+x "$(dirname "$data")"
    mount --bind "$data" "$data"
    touch "$place"; mount --bind "$executable" "$place"
    awk '{print $5}' /proc/self/mountinfo | while read -r mounted; do
      case "$mounted" in "$data"|/proc*|/sys*|/dev*) ;; *) mount -o remount,bind,ro "$mounted" ;; esac
    done
    exec setpriv --reuid ${uid} --regid ${uid} --clear-groups --no-new-privs --bounding-set -all --inh-caps -all "$place" "$@"`;
  const namespace = ["unshare", "--mount", "--propagation", "private"];
  const place = `${writableDirectory}.executable`;
  return [...namespace, "sh", "-c", script, "sh", writableDirectory, place];
}

/** `test` for what needs root and mount namespaces: skipped with a printed reason, failing under `CI=true`. */
export function testConfined(name: string, body: () => Promise<void>): void {
  const reason = findObstacle();
  if (reason === null) return test(name, body);
  if (process.env["CI"] === "true") throw new Error(`${name}: ${reason}`);
  console.warn(`skipped: ${name}: ${reason}`);
  test.skip(name, body);
}

function findObstacle(): string | null {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root, to make a read-only view of the file system";
  const probe = ["unshare", "--mount", "setpriv", "--reuid", String(uid), "true"];
  try {
    const { exitCode } = Bun.spawnSync(probe);
    return exitCode === 0 ? null : "this machine does not allow mount namespaces";
  } catch {
    return "needs unshare and setpriv (apt-get install util-linux)";
  }
}
