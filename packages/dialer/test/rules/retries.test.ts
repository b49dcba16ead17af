import { DialerInputError, defaultRetries } from '@digame/dialer'
import { describe, expect, test } from 'vitest'
import { afterCall, readRetries } from '../../src/rules/retries.ts'

const hour = 3_600_000

describe('by the default table', () => {
  test.each([
    ['no_answer', 1, { to: 'ready', dueAt: hour }],
    ['no_answer', 2, { to: 'ready', dueAt: 24 * hour }],
    ['no_answer', 3, { to: 'exhausted', why: 'no_answer' }],
    ['not_reached', 1, { to: 'ready', dueAt: 600_000 }],
    ['not_reached', 2, { to: 'ready', dueAt: hour }],
    ['not_reached', 3, { to: 'exhausted', why: 'not_reached' }],
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

test.each([
  [
    { engaged: [1] },
    'retries has no outcome "engaged": give no_answer, not_reached, voicemail, failed, completed, transferred, other.',
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
