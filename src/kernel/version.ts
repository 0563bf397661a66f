import packageJson from "../../package.json" with { type: "json" };

// Defined by the build; undefined when run from source.
declare const GATEHOUSE_COMMIT: string | undefined;

/** The version in package.json, such as "0.1.0". */
export const version: string = packageJson.version;

/** The git commit that the executable was built from, with `-dirty` appended when files had changed since, or null. */
export const commit: string | null =
  typeof GATEHOUSE_COMMIT === "string" && GATEHOUSE_COMMIT !== "" ? GATEHOUSE_COMMIT : null;
