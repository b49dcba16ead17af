/** Hides the middle of a phone number: `+34612345678` becomes `+346******78`. */
export function maskNumber(number: string): string {
  return number.length < 7
    ? '*'.repeat(number.length)
    : number.slice(0, 4) + '*'.repeat(number.length - 6) + number.slice(-2)
}
