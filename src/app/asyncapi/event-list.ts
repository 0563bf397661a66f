import { eventCatalogue } from "../../features/events/index.ts";
import { jsonCopy, type JsonObject, objectAt } from "../openapi/json.ts";

/** The list of all events in Markdown, for docs/events.md. */
export function renderEventList(): string {
  return Object.entries(eventCatalogue)
    .map(([type, { description, data }]) => {
      const schema = jsonCopy(data);
      const properties = objectAt(schema, "properties");
      const rows = Object.keys(properties).map((name) => {
        const property = objectAt(properties, name);
        const isOptional = !data.required?.some((required) => required === name);
        return `| \`${name}\`${isOptional ? " (optional)" : ""} | ${typeOf(property)} | ${textAt(property, "description")} |`;
      });
      return `### ${type}\n\n${description}\n\n| member of \`data\` | type | |\n|---|---|---|\n${rows.join("\n")}\n`;
    })
    .join("\n");
}

const listStart = "<!-- The list of events: bun .ci/generate-events-docs.ts -->\n";

/** The page docs/events.md with the present list of events at its end, after the marker. */
export function withEventList(page: string): string {
  const [text = ""] = page.split(listStart);
  return `${text}${listStart}\n${renderEventList()}`;
}

function typeOf(property: JsonObject): string {
  if (Array.isArray(property["anyOf"])) return "string or null";
  const type = textAt(property, "type");
  return type === "array" ? "list of strings" : type;
}

function textAt(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}
