/** A problem with one setting. The issue completes a sentence that starts with the name, and holds no value. */
export interface SettingsProblem {
  readonly name: string;
  readonly issue: string;
}

/** The settings are not valid. `problems` and the message list all problems. */
export class SettingsError extends Error {
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    const count = problems.length === 1 ? "is one problem" : `are ${problems.length} problems`;
    const lines = problems.map(({ name, issue }) => `  ${name} ${issue}`);
    super([`There ${count} with the settings:`, ...lines].join("\n"));
    this.name = "SettingsError";
    this.problems = problems;
  }
}
