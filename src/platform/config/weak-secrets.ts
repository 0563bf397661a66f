/** Stands for the signing secret in `.env.example`. Production refuses it, like every example. */
export const exampleSecret = "replace-this-example-with-openssl-rand-base64-32";

/** Secrets that stand in tutorials and examples, which everybody has. */
const knownExamples = [
  exampleSecret,
  "your-super-secret-jwt-key-change-this-in-production",
  "your-256-bit-secret",
  "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
  "test-secret-key-for-testing",
];

/** Words of examples and of hasty choices: they add nothing to a secret, and what is left must be one by itself. */
const placeholderWords =
  /secret|password|change|this|now|me|in|replace|with|example|placeholder|insecure|default|test(?:ing)?|prod(?:uction)?|dev(?:elopment)?|super|my|your|jwt|token|auth|sign(?:ing)?|key|do|not|use|for|the|qwerty|letmein|gatehouse/g;

/** Fewer characters than this beside placeholder words are no secret. */
const shortestRest = 8;

/**
 * Whether a secret can be guessed from its looks: an example, a placeholder, a repetition, a run such as `abcdef…`, or
 * few distinct characters. It finds carelessness, it does not measure entropy.
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

/** Whether a text is a shorter one, over and over; the last time may be cut off. */
function isRepetition(text: string): boolean {
  const longestPeriod = Math.floor(text.length / 2);
  for (let period = 1; period <= longestPeriod; period += 1) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}

/** Whether most characters follow their neighbour in the alphabet, in either direction. */
function isRun(text: string): boolean {
  let steps = 0;
  for (let index = 1; index < text.length; index += 1) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) <= 1) steps += 1;
  }
  return steps > text.length / 2;
}
