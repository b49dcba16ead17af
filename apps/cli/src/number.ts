import { isSpanishNumber, maskNumber } from '@digame/client'
import { UsageError } from './errors.ts'

/** Refuses a number that cannot be called and suggests how to write it. A number is never repaired and called. @throws UsageError */
export function checkNumber(to: string): void {
  if (isSpanishNumber(to)) return
  const digits = to.replace(/[\s().-]/g, '')
  const meant = [digits, `+34${digits}`, `+${digits}`, digits.replace(/^00/, '+')].find(isSpanishNumber)
  const suggestion = meant ? `write ${meant}.` : 'write +34 and nine digits, such as +34612345678.'
  throw new UsageError(
    `The number to call, ${JSON.stringify(maskNumber(to))}, is not a complete Spanish number; ${suggestion}`,
    'NON_SPANISH_PHONE_NUMBER',
  )
}
