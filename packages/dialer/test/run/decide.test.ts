import { DialerInputError, defaultRetries } from '@digame/dialer'
import { describe, expect, test } from 'vitest'
import type { Attempt, Undecided } from '../../src/ledger/records.ts'
import { afterCall, readRetries } from '../../src/rules/retries.ts'
import { decisionFor } from '../../src/run/decide.ts'

const hour = 3_600_000

describe('by the default table', () => {
  test.each([
    ['no_answer', 1, { to: 'ready', dueAt: hour }],
    ['no_answer', 2, { to: 'ready', dueAt: 24 * hour }],
    ['no_answer', 3, { to: 'exhausted', why: 'no_answer' }],
    ['voicemail', 1, { to: 'ready', dueAt: 24 * hour }],
    ['voicemail', 2, { to: 'exhausted', why: 'voicemail' }],
    ['failed', 1, { to: 'ready', dueAt: 600_000 }],
    ['completed', 1, { to: 'done', why: 'completed' }],
    ['transferred', 1, { to: 'done', why: 'transferred' }],
    ['other', 1, { to: 'done', why: 'other' }],
  ] as const)('after %s number %i: %j', (outcome, count, follows) => {
    expect(afterCall({ outcome, count, tries: count, endedAt: 0 }, defaultRetries, 9)).toEqual(follows)
  })

  test('a lead without any try left is exhausted', () => {
    const call = { outcome: 'failed', count: 1, tries: 3, endedAt: 0 } as const
    expect(afterCall(call, defaultRetries, 3)).toEqual({ to: 'exhausted', why: 'failed' })
  })

  test('an outcome that a table leaves out is never tried again', () => {
    const call = { outcome: 'no_answer', count: 1, tries: 1, endedAt: 0 } as const
    expect(afterCall(call, { completed: [] }, 3)).toEqual({ to: 'done', why: 'no_answer' })
  })
})

describe('after a refusal', () => {
  const decide = (why: string, refusals: number, ruleFailures = 0) => {
    const attempt = { state: 'refused', why, endedAt: 1000 } as Attempt
    const undecided: Undecided = {
      lead: 1,
      batch: 1,
      attempt,
      tries: 0,
      refusals,
      ruleFailures,
      outcomes: {},
    }
    const limits = { tries: 3, callsPerDay: 3 }
    return decisionFor(undecided, { retries: defaultRetries, limits, backoffMs: 5000, now: 2000 })
  }
  test.each([
    ['rate_limited: HTTP_429', 1, { to: 'ready', dueAt: 6000 }],
    ['never_left: CONNECTION', 3, { to: 'ready', dueAt: 21_000 }],
    ['never_left: CONNECTION', 60, { to: 'ready', dueAt: 601_000 }],
    ['not_after', 1, { to: 'ready', dueAt: 6000 }],
    ['never_sent', 1, { to: 'ready', dueAt: 6000 }],
    ['account: INVALID_API_KEY', 1, { to: 'ready', dueAt: 6000 }],
    ['closed', 1, { to: 'ready', dueAt: 6000 }],
    ['person', 1, { to: 'ready', dueAt: 2000 }],
    ['suppressed', 1, { to: 'cancelled', why: 'suppressed' }],
    ['refused: NON_SPANISH_PHONE_NUMBER', 1, { to: 'done', why: 'refused: NON_SPANISH_PHONE_NUMBER' }],
  ])('%s, refusal number %i in a row', (why, refusals, follows) => {
    expect(decide(why, refusals)).toEqual(follows)
  })

  test('a rule that fails for the fifth time in a row ends the lead, whatever it was refused for before', () => {
    expect(decide('rule_failed: down', 5, 1)).toEqual({ to: 'ready', dueAt: 81_000 })
    expect(decide('rule_failed: down', 9, 4)).toMatchObject({ to: 'ready' })
    expect(decide('rule_failed: down', 5, 5)).toEqual({ to: 'cancelled', why: 'rule_failed: down' })
  })
})

test.each([
  [
    { engaged: [1] },
    'retries has no outcome "engaged": give no_answer, voicemail, failed, completed, transferred, other.',
  ],
  [
    { no_answer: [-1] },
    'retries.no_answer is not a list of whole milliseconds: write [3600000], or [] for never.',
  ],
  [
    { no_answer: 'never' },
    'retries.no_answer is not a list of whole milliseconds: write [3600000], or [] for never.',
  ],
  [
    { no_answer: undefined },
    'retries.no_answer is not a list of whole milliseconds: write [3600000], or [] for never.',
  ],
  [7, 'retries is not a table of outcomes, such as { no_answer: [3600000] }.'],
  [[], 'retries is not a table of outcomes, such as { no_answer: [3600000] }.'],
])('an invalid table is refused in one line: %j', (table, message) => {
  expect(() => readRetries(table)).toThrow(new DialerInputError('BAD_PLAN', message))
})
