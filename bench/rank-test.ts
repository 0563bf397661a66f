/**
 * The two-sided probability that two samples of one distribution differ in rank as much as these: the Mann-Whitney U
 * test with the normal approximation, without correction for ties. For samples of 20 numbers and more.
 */
export function rankTestProbability(left: readonly number[], right: readonly number[]): number {
  const ranked = [
    ...left.map((value) => ({ value, isLeft: true })),
    ...right.map((value) => ({ value, isLeft: false })),
  ].toSorted((one, other) => one.value - other.value);
  let rankSum = 0;
  for (const [index, { isLeft }] of ranked.entries()) if (isLeft) rankSum += index + 1;
  const pairs = left.length * right.length;
  const u = rankSum - (left.length * (left.length + 1)) / 2;
  const deviation = Math.sqrt((pairs * (left.length + right.length + 1)) / 12);
  return 2 * upperTail(Math.abs(u - pairs / 2) / deviation);
}

/** The normal distribution's upper tail, to 7 decimals (Abramowitz and Stegun, 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const coefficients = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
  const polynomial = coefficients.reduceRight((sum, coefficient) => (sum + coefficient) * t, 0);
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
}
