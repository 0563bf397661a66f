/** The signing secret in `.env.example`. Production refuses it, like every example. */
export const exampleSecret = "replace-this-example-with-openssl-rand-base64-32";

/** The secret of webhooks in `.env.example`: `not-a-secret-only-an-example` in base64. */
export const exampleWebhookSecret = "whsec_bm90LWEtc2VjcmV0LW9ubHktYW4tZXhhbXBsZQ==";

/** Secrets from tutorials and examples, which are publicly known. */
const knownExamples = [
  exampleSecret,
  exampleWebhookSecret,
  "your-super-secret-jwt-key-change-this-in-production",
  "your-256-bit-secret",
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  "test-secret-key-for-testing",
];

/** Words that examples and placeholders consist of. They are removed before the length of a secret is checked. */
const placeholderWords =
  /secret|password|change|this|now|me|in|replace|with|example|placeholder|insecure|default|test(?:ing)?|prod(?:uction)?|dev(?:elopment)?|super|my|your|jwt|token|auth|sign(?:ing)?|key|do|not|use|for|the|qwerty|letmein|gatehouse/g;

/** The fewest characters that must remain beside placeholder words. */
const shortestRest = 8;

/**
 * Whether a secret is easy to guess: an example, a placeholder, a repetition, a run such as `abcdef…`, or few distinct
 * characters. It finds careless choices. It does not measure entropy.
 */
export function isWeakSecret(secret: string): boolean {
  return (
    knownExamples.some((example) => secret.includes(example)) ||
    secret
      .toLowerCase()
      .replaceAll(/[^a-z0-9+/]/g, "")
      .replaceAll(placeholderWords, "").length < shortestRest ||
    new Set(secret).size < 8 ||
    isRepetition(secret) ||
    isRun(secret)
  );
}

/** Whether a string repeats a shorter one; the last repetition may be incomplete. */
function isRepetition(text: string): boolean {
  const longestPeriod = Math.floor(text.length / 2);
  for (let period = 1; period <= longestPeriod; period += 1) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

/** Whether most characters are equal or adjacent in code to the one before. */
function isRun(text: string): boolean {
  let steps = 0;
  for (let index = 1; index < text.length; index += 1) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) <= 1) steps += 1;
  }
  return steps > text.length / 2;
}
