import type { TestApp } from "./test-app.ts";

/** Counts the password comparisons that an app starts from now on; those of throttled attempts do not start. */
export function watchComparisons(app: Pick<TestApp, "platform">): { started: number } {
  const { hasher } = app.platform;
  const work = { started: 0 };
  const watched: typeof hasher = {
    ...hasher,
    verify(password, hash, admission, typed) {
      const mayStart = async (): Promise<boolean> => {
        const may = (await admission.mayStart?.()) ?? true;
        if (may) work.started += 1;
        return may;
      };
      return hasher.verify(password, hash, { ...admission, mayStart }, typed);
    },
  };
  Object.assign(app.platform, { hasher: watched });
  return work;
}
