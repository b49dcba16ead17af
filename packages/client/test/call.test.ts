import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Call, hasEnded, isSpanishNumber, maskNumber, type Outcome, outcomeOf } from '@digame/client'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { callOf } from './support/service.ts'

const underWay = ['dialing', 'in_queue', 'in_progress']
const over = ['completed', 'failed', 'transferred', 'no_answer']
const nothing: Partial<Call>[] = [
  {},
  { end_time: null, end_reason: null },
  { end_time: '', end_reason: '' },
  { duration: 3 },
]
const ending: Partial<Call>[] = [
  { end_time: '2026-07-01T10:00:00Z' },
  { end_reason: 'hangup' },
  { end_time: '2026-07-01T10:00:00Z', end_reason: 'something new' },
]

describe('hasEnded', () => {
  test.each(underWay)('%s has not, whatever else it says', (status) => {
    for (const more of [...nothing, ...ending]) {
      expect(hasEnded(callOf({ status, ...more }))).toBe(false)
      expect(outcomeOf(callOf({ status, ...more }))).toBeUndefined()
    }
  })

  test.each(over)('%s has, whatever else it says', (status) => {
    for (const more of [...nothing, ...ending]) expect(hasEnded(callOf({ status, ...more }))).toBe(true)
  })

  test.each(['ringing', 'busy', 'COMPLETED', '', 'constructor', '__proto__', undefined, null, 7])(
    'a status that is new (%s) has with an end',
    (status) => {
      const call = (more: Partial<Call>) => callOf({ status: status as string, ...more })
      for (const more of nothing) {
        expect(hasEnded(call(more))).toBe(false)
        expect(outcomeOf(call(more))).toBeUndefined()
      }
      for (const more of ending) expect(hasEnded(call(more))).toBe(true)
    },
  )
})

describe('outcomeOf', () => {
  test.each<[status: string, reason: string | null | undefined, outcome: Outcome]>([
    // The seed's vocabulary.
    ['completed', undefined, 'completed'],
    ['completed', null, 'completed'],
    ['failed', undefined, 'failed'],
    ['transferred', null, 'transferred'],
    ['no_answer', undefined, 'no_answer'],
    // Since 2026-07: all have completed, and the reason tells.
    ['completed', 'user_hang_up', 'completed'],
    ['completed', 'hangup', 'completed'],
    ['completed', 'voicemail_left', 'voicemail'],
    ['completed', 'answering_machine_detected', 'voicemail'],
    ['completed', 'mailbox_unavailable', 'voicemail'],
    ['completed', 'ivr_no_answer', 'no_answer'],
    ['completed', 'ivr_unreachable', 'failed'],
    ['completed', 'no_answer', 'no_answer'],
    ['completed', 'failed', 'failed'],
    ['completed', 'transferred', 'transferred'],
    ['completed', 'abducted', 'other'],
    ['completed', 'constructor', 'other'],
    ['completed', '__proto__', 'other'],
    // Both at once: the older status says more.
    ['failed', 'hangup', 'failed'],
    ['no_answer', 'voicemail_left', 'no_answer'],
    ['transferred', 'abducted', 'transferred'],
    // New statuses.
    ['evaporated', 'voicemail_left', 'voicemail'],
    ['evaporated', 'abducted', 'other'],
  ])('%s, %s: %s', (status, end_reason, outcome) => {
    const call = callOf({ status, ...(end_reason !== undefined && { end_reason }) })
    expect(outcomeOf(call)).toBe(outcome)
  })

  test('of an unknown status with nothing but an end is `other`', () => {
    expect(outcomeOf(callOf({ status: 'evaporated', end_time: '2026-07-01T10:00:00Z' }))).toBe('other')
  })
})

describe('isSpanishNumber', () => {
  test.each(['+34612345678', '+34512345678', '+34900123456', '+34810001234', '+34400123456', '+34500000001'])(
    'accepts %s',
    (number) => expect(isSpanishNumber(number)).toBe(true),
  )

  test.each([
    '612345678',
    '34612345678',
    '0034612345678',
    '+34 612345678',
    '+34112345678',
    '+34412345678',
    '+3461234567',
    '+346123456789',
    '+351612345678',
    ' +34612345678',
    '+34612345678\n',
    '+34６12345678',
    '',
  ])('refuses "%s"', (number) => expect(isSpanishNumber(number)).toBe(false))

  test.each([undefined, null, 34612345678, {}, ['+34612345678', 'x']])('refuses %j', (value) => {
    expect(isSpanishNumber(value as string)).toBe(false)
  })

  test("is the spec's pattern, for every string", () => {
    const file = createRequire(import.meta.url).resolve('@digame/spec/openapi.json')
    const spec = JSON.parse(readFileSync(file, 'utf8'))
    const pattern = new RegExp(spec.components.schemas.SpanishNumber.pattern, 'u')
    const nearly = fc.stringMatching(/^\+?3?4?[0-9]{6,11}$/)
    const right = fc.stringMatching(/^\+34([4-9]\d{8}|400\d{6})$/)
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly, right), (text) => {
        expect(isSpanishNumber(text)).toBe(pattern.test(text))
      }),
    )
  })
})

describe('maskNumber', () => {
  test.each([
    ['+34612345678', '+346******78'],
    ['612345678', '6123***78'],
    ['1234567', '1234*67'],
    ['123456', '******'],
    ['112', '***'],
    ['', ''],
  ])('%s becomes %s', (number, masked) => expect(maskNumber(number)).toBe(masked))
})
