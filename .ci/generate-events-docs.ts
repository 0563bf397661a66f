/** Writes the list of events at the end of `docs/events.md` from the catalogue. A test compares it. */
import { withEventList } from "../src/app/asyncapi/event-list.ts";

const page = Bun.file(new URL("../docs/events.md", import.meta.url));
await page.write(withEventList(await page.text()));
