import { join } from "node:path";

/** Adds seconds to what the C library says the time is; the monotonic clock is as it was. Debian's libfaketime does the same and more. */
const source = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long moved(void) {
  const char *seconds = getenv("MOVED_CLOCK_SECONDS");
  return seconds ? atol(seconds) : 0;
}
int clock_gettime(clockid_t clock, struct timespec *now) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
  int result = real(clock, now);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) now->tv_sec += moved();
  return result;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  static int (*real)(struct timeval *, void *);
  if (!real) real = dlsym(RTLD_NEXT, "gettimeofday");
  int result = real(now, zone);
  now->tv_sec += moved();
  return result;
}
time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (into) *into = now.tv_sec;
  return now.tv_sec;
}
`;

/** The environment of a process whose clock is wrong by so many seconds. */
export type MovedClock = (seconds: number) => Record<string, string>;

/** Compiles the library with `cc`; null where there is none. */
export async function compileMovedClock(directory: string): Promise<MovedClock | null> {
  const compiler = Bun.which("cc");
  if (compiler === null) return null;
  const [code, library] = [join(directory, "clock.c"), join(directory, "clock.so")];
  await Bun.write(code, source);
  const built = Bun.spawnSync([compiler, "-shared", "-fPIC", "-O1", "-o", library, code, "-ldl"]);
  if (built.exitCode !== 0) throw new Error(built.stderr.toString());
  return (seconds) => ({ LD_PRELOAD: library, MOVED_CLOCK_SECONDS: String(seconds) });
}
