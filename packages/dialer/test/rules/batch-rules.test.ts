import { defaultRetries } from '@digame/dialer'
import { describe, expect, test } from 'vitest'
import { type BatchRules, readRules } from '../../src/rules/batch-rules.ts'
import { createCalendarBook } from '../../src/rules/calendar.ts'
import { defaultWindow } from '../../src/rules/window.ts'

const rules: BatchRules = {
  purpose: 'service',
  window: defaultWindow,
  isStrict: false,
  holidays: { moved: [], local: [] },
  asksHook: false,
  retries: defaultRetries,
}

describe('rules read back', () => {
  const whole: BatchRules = {
    ...rules,
    zone: 'Europe/Madrid',
    region: 'MD',
    holidays: {
      moved: [{ year: 2026, source: 'BOE', mondays: { '2026-12-07': ['MD'] } }],
      local: [{ name: 'San Isidro', region: 'MD', date: '2026-05-15' }, { date: '2026-11-09' }],
    },
  }

  test.each([[rules], [whole]])('are what was written', (written) => {
    expect(readRules(JSON.parse(JSON.stringify(written)))).toEqual(written)
  })

  test('give every number the calendar that it was planned with', () => {
    const read = readRules(JSON.parse(JSON.stringify(whole)))
    for (const one of ['+34912345678', '+34612345678', '+34952345678', '+34928345678'])
      expect(createCalendarBook(read).keyOf(one)).toBe(createCalendarBook(whole).keyOf(one))
  })

  test.each([
    [null],
    [[]],
    [{ ...rules, purpose: 'fun' }],
    [{ ...rules, purpose: 'toString' }],
    [{ ...rules, window: 'whenever' }],
    [{ ...rules, window: undefined }],
    [{ ...rules, isStrict: undefined }],
    [{ ...rules, retries: { busy: [1] } }],
    [{ ...rules, retries: undefined }],
    [{ ...rules, retries: [] }],
    [{ ...rules, holidays: 'none' }],
    [{ ...rules, holidays: { moved: [] } }],
    [{ ...rules, holidays: { moved: [], local: ['2026-05-15'] } }],
    [{ ...rules, holidays: { moved: [], local: [{ date: '2026-05-15', region: 7 }] } }],
    [{ ...rules, holidays: { moved: [{ year: 2026, source: 'x' }], local: [] } }],
    [
      {
        ...rules,
        holidays: { moved: [{ year: 2026, source: 'x', mondays: { '2026-05-04': 'MD' } }], local: [] },
      },
    ],
    [{ ...rules, zone: null }],
    [{ ...rules, region: 5 }],
  ])('%j cannot be read', (json) => {
    expect(() => readRules(json as never)).toThrow('cannot be read')
  })
})
