import { isSpanishNumber, maskNumber } from '@digame/client'
import { UsageError } from './errors.ts'

/** Refuses what cannot be called, and says how it is written; a number is never repaired and called. @throws UsageError */
export function checkNumber(to: string): void {
  if (isSpanishNumber(to)) return
  const digits = to.replace(/[\s().-]/g, '')
  const meant = [digits, `+34${digits}`, `+${digits}`, digits.replace(/^00/, '+')].find(isSpanishNumber)
  const instead = meant ? `write ${meant}.` : 'write +34 and nine digits, such as +34612345678.'
  throw new UsageError(
    `The number to call, ${JSON.stringify(maskNumber(to))}, is not a Spanish number in full; ${instead}`,
    'NON_SPANISH_PHONE_NUMBER',
  )
}
