import { isJsonObject, jsonCopy, type JsonObject, objectAt } from "../openapi/json.ts";
import { describedEvents } from "./described-events.ts";

/** The list of all events in Markdown, for docs/events.md. */
export function renderEventList(): string {
  return describedEvents
    .map(({ title, description, data }) => {
      const schema = jsonCopy(data);
      const properties = objectAt(schema, "properties");
      const rows = Object.keys(properties).map((name) => {
        const property = objectAt(properties, name);
        const isOptional = !requiredOf(schema).includes(name);
        return `| \`${name}\`${isOptional ? " (optional)" : ""} | ${typeOf(property)} | ${textAt(property, "description")} |`;
      });
      return `### ${title}\n\n${description}\n\n| member of \`data\` | type | |\n|---|---|---|\n${rows.join("\n")}\n`;
    })
    .join("\n");
}

const listStart = "<!-- The list of events: bun .ci/generate-events-docs.ts -->\n";

/** The page docs/events.md with the present list of events at its end, after the marker. */
export function withEventList(page: string): string {
  const [text = ""] = page.split(listStart);
  return `${text}${listStart}\n${renderEventList()}`;
}

function requiredOf({ required }: JsonObject): readonly unknown[] {
  return Array.isArray(required) ? required : [];
}

function typeOf(property: JsonObject): string {
  const { anyOf } = property;
  if (Array.isArray(anyOf)) return anyOf.filter(isJsonObject).map(typeOf).join(" or ");
  const type = textAt(property, "type");
  return type === "array" ? "list of strings" : type;
}

function textAt(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === "string" ? value : "";
}
