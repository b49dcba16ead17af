import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import {
  type Call,
  hasEnded,
  hitConcurrencyLimit,
  isSpanishNumber,
  maskNumber,
  type Outcome,
  outcomeOf,
} from '@digame/client'
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

const answered: Partial<Call>[] = [
  { start_time: '2026-07-01T10:00:05Z', duration: 30 },
  { start_time: '2026-07-01T10:00:05Z', duration: null },
  { duration: 30 },
]
const unanswered: Partial<Call>[] = [
  {},
  { start_time: null, duration: null },
  { start_time: null, duration: 0 },
]

/** The outcomes of a call that ended like this, over several records of calls. */
const outcomesOf = (
  evidence: readonly Partial<Call>[],
  status: string,
  end_reason: string | null | undefined,
) =>
  new Set(
    evidence.map((one) =>
      outcomeOf(callOf({ ...one, status, ...(end_reason !== undefined && { end_reason }) })),
    ),
  )

describe('outcomeOf', () => {
  test.each<[status: string, reason: string | null | undefined, outcome: Outcome]>([
    // The older statuses.
    ['failed', undefined, 'failed'],
    ['transferred', null, 'transferred'],
    ['no_answer', undefined, 'no_answer'],
    // Since 2026-07 every call ends as completed, and the reason says how.
    ['completed', 'user_hang_up', 'completed'],
    ['completed', 'hangup', 'completed'],
    ['completed', 'voicemail_left', 'voicemail'],
    ['completed', 'answering_machine_detected', 'voicemail'],
    ['completed', 'mailbox_unavailable', 'no_answer'],
    ['completed', 'ivr_no_answer', 'no_answer'],
    ['completed', 'ivr_unreachable', 'no_answer'],
    ['completed', 'no_answer', 'no_answer'],
    ['completed', 'failed', 'failed'],
    ['completed', 'transferred', 'transferred'],
    // Both at once: the older status says more.
    ['failed', 'hangup', 'failed'],
    ['no_answer', 'voicemail_left', 'no_answer'],
    ['transferred', 'abducted', 'transferred'],
    // New statuses.
    ['evaporated', 'voicemail_left', 'voicemail'],
    ['evaporated', 'abducted', 'other'],
  ])('%s, %s: %s, answered or not', (status, reason, outcome) => {
    expect(outcomesOf([...answered, ...unanswered], status, reason)).toEqual(new Set([outcome]))
  })

  test.each<[reason: string | null | undefined, ifAnswered: Outcome]>([
    [undefined, 'completed'],
    [null, 'completed'],
    ['', 'completed'],
    ['abducted', 'other'],
    ['constructor', 'other'],
    ['__proto__', 'other'],
    ['???', 'other'],
  ])('completed, %s: %s if answered, otherwise nobody did', (reason, ifAnswered) => {
    expect(outcomesOf(answered, 'completed', reason)).toEqual(new Set([ifAnswered]))
    expect(outcomesOf(unanswered, 'completed', reason)).toEqual(new Set(['no_answer']))
  })

  test.each([7, {}, ['hangup'], true])('a reason that is no string (%j) is an unknown one', (reason) => {
    const end_reason = reason as unknown as string
    expect(outcomesOf(answered, 'completed', end_reason)).toEqual(new Set(['other']))
    expect(outcomesOf(unanswered, 'completed', end_reason)).toEqual(new Set(['no_answer']))
  })

  test.each<[label: string, outcome: Outcome]>([
    ['agent hang up', 'completed'],
    ['user hang up', 'completed'],
    ['call transferred', 'transferred'],
    ['user did not answer', 'no_answer'],
    ['call error', 'not_reached'],
    ['concurrency limit reached', 'not_reached'],
    ['queue timed out', 'not_reached'],
    ['voicemail left', 'voicemail'],
    ['ivr unreachable', 'no_answer'],
  ])('recognises "%s" in any spelling', (label, outcome) => {
    const words = label.split(' ')
    const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
    const spellings = [
      label,
      words.map(capital).join(' '),
      words.join('_'),
      words.join('_').toUpperCase(),
      words.join('-'),
      words.join('.'),
      words.map(capital).join(''),
      [words[0], ...words.slice(1).map(capital)].join(''),
      words.join('_').replace('hang_up', 'hangup'),
    ]
    for (const spelling of spellings) {
      expect([spelling, outcomesOf(unanswered, 'completed', spelling)]).toEqual([
        spelling,
        new Set([outcome]),
      ])
    }
  })

  test.each(['call_error', 'concurrency_limit_reached', 'queue_timed_out'])(
    'a call that was answered was reached, and %s makes it failed',
    (reason) => {
      expect(outcomesOf(answered, 'completed', reason)).toEqual(new Set(['failed']))
    },
  )

  test('is other for a new status that only has an end', () => {
    expect(outcomeOf(callOf({ status: 'evaporated', end_time: '2026-07-01T10:00:00Z' }))).toBe('other')
  })
})

describe('hitConcurrencyLimit', () => {
  const call = (fields: Partial<Call>) => callOf({ status: 'completed', start_time: null, ...fields })

  test.each(['concurrency_limit_reached', 'Concurrency limit reached', 'concurrencyLimitReached'])(
    'recognises %s',
    (end_reason) => expect(hitConcurrencyLimit(call({ end_reason }))).toBe(true),
  )

  test.each<[what: string, fields: Partial<Call>]>([
    ['another reason', { end_reason: 'queue_timed_out' }],
    ['no reason', {}],
    ['an answered call', { end_reason: 'concurrency_limit_reached', start_time: '2026-07-01T10:00:05Z' }],
    ['a status that says more', { end_reason: 'concurrency_limit_reached', status: 'failed' }],
    ['a call under way', { end_reason: 'concurrency_limit_reached', status: 'dialing' }],
  ])('is false for %s', (_, fields) => expect(hitConcurrencyLimit(call(fields))).toBe(false))
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
