// Register, log in and validate the token, with fetch alone: bun quickstart.ts, or node quickstart.ts (22.18 or newer).
const gatehouse = process.env["GATEHOUSE"] ?? "http://localhost:8000";

/** What Gatehouse responds with; the members that are used here are strings. */
type Answer =
  | { success: true; data: Record<string, string> }
  | { success: false; error: { code: string } };

/** Calls Gatehouse. Throws with the code of an error. */
export async function post(path: string, body: object): Promise<Record<string, string>> {
  const response = await fetch(`${gatehouse}/api/v1/auth${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer: Answer = await response.json();
  if (answer.success) return answer.data;
  throw new Error(answer.error.code);
}

const email = process.env["EMAIL"] ?? "ada@example.com";
const password = process.env["PASSWORD"] ?? "SecurePassword123!";

try {
  const registered = await post("/register", { email, password });
  console.log(registered["message"]);
} catch (error) {
  if (!(error instanceof Error) || error.message !== "DUPLICATE_EMAIL") throw error;
}
try {
  const tokens = await post("/login", { email, password });
  const { user_id: userId } = await post("/validate-token", { token: tokens["access_token"] });
  console.log(`signed in as ${userId}`);
} catch (error) {
  if (!(error instanceof Error) || error.message !== "EMAIL_NOT_VERIFIED") throw error;
  console.log(`Confirm the address first: ${gatehouse}/dev/mail`);
}
