/** More decimal places than any datapoint has; doubles carry no more than these reliably. */
const MOST_DECIMALS = 12;

/** Decimal places of a number as it is written: 0.5 has one, 1e-7 seven, 20 none. */
export function decimalsOf(number: number): number {
  if (Number.isInteger(number)) return 0;
  const [mantissa, exponent] = String(number).split('e');
  const places = (mantissa.split('.')[1]?.length ?? 0) - Number(exponent ?? 0);
  return Math.min(Math.max(0, places), MOST_DECIMALS);
}

/** Rounds away what binary fractions add: 3 × 0.1 + 0 becomes 0.3. */
export function toDecimals(number: number, decimals: number): number {
  // The sum turns -0 into 0.
  return (Number.isInteger(number) ? number : Number(number.toFixed(decimals))) + 0;
}
