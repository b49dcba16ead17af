import { describe, expect, test } from 'vitest'
import { consentEnds, consentFault } from '../../src/rules/consent.ts'

describe('consent', () => {
  const day = (date: string): number => Date.parse(`${date}T12:00:00+02:00`)

  test('lasts exactly two years', () => {
    expect(consentEnds(day('2024-05-10'))).toBe(day('2026-05-10'))
    expect(consentFault(day('2024-05-10'), day('2026-05-10') - 1)).toBeUndefined()
    expect(consentFault(day('2024-05-10'), day('2026-05-10'))).toBe('consent_too_old')
  })

  test('of a leap day ends a day early rather than late', () => {
    expect(consentEnds(Date.parse('2024-02-29T12:00:00+01:00'))).toBe(Date.parse('2026-02-28T12:00:00+01:00'))
  })

  test('is missing, or in the future', () => {
    expect(consentFault(undefined, day('2026-05-10'))).toBe('consent_missing')
    expect(consentFault(day('2026-05-11'), day('2026-05-10'))).toBe('consent_in_future')
  })
})
