/** Stands for the signing secret in `.env.example`. Production refuses it, like every example. */
export const exampleSecret = "replace-this-example-with-openssl-rand-base64-32";

/** Words of examples and of hasty choices; 43 random base64 characters hold one of them about never. */
const placeholderWords =
  /secret|password|changeme|changethis|change(?:it|now)|replace|example|placeholder|insecure|default|testkey|mykey|yourkey|jwtkey|donotuse|qwerty|letmein|gatehouse/;

/**
 * Whether a secret can be guessed from its looks: an example, a placeholder, a repetition, a run such as `abcdef…`, or
 * few distinct characters. It finds carelessness, it does not measure entropy.
 */
export function isWeakSecret(secret: string): boolean {
  return (
    secret === exampleSecret ||
    placeholderWords.test(secret.toLowerCase().replaceAll(/[^a-z0-9]/g, "")) ||
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
