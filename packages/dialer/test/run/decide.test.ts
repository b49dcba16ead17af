import { type Attempt, defaultRetries } from '@digame/dialer'
import { describe, expect, test } from 'vitest'
import type { Undecided } from '../../src/ledger/records.ts'
import { decisionFor, isRuleDown } from '../../src/run/decide.ts'

describe('after a refusal', () => {
  const refused = (why: string, refusals: number, ruleFailures = 0, ruleFailingLeads = 1): Undecided => {
    const attempt = { state: 'refused', why, endedAt: 1000 } as Attempt
    return {
      lead: 1,
      batch: 1,
      attempt,
      tries: 0,
      refusals,
      ruleFailures,
      ruleFailingLeads,
      outcomes: {},
    }
  }
  const decide = (why: string, refusals: number) => {
    const limits = { tries: 3, callsPerDay: 3 }
    return decisionFor(refused(why, refusals), {
      retries: defaultRetries,
      limits,
      backoffMs: 5000,
      now: 2000,
    })
  }
  test.each([
    ['rate_limited: HTTP_429', 1, { to: 'ready', dueAt: 6000 }],
    ['never_left: CONNECTION', 3, { to: 'ready', dueAt: 21_000 }],
    ['never_left: CONNECTION', 60, { to: 'ready', dueAt: 601_000 }],
    ['not_after', 1, { to: 'ready', dueAt: 6000 }],
    ['never_sent', 1, { to: 'ready', dueAt: 6000 }],
    ['blocked: 401 INVALID_API_KEY', 1, { to: 'ready', dueAt: 2000 }],
    ['batch_stopped', 1, { to: 'ready', dueAt: 6000 }],
    ['a kind of a newer version', 1, { to: 'ready', dueAt: 6000 }],
    ['closed', 1, { to: 'ready', dueAt: 6000 }],
    ['rule_failed: down', 5, { to: 'ready', dueAt: 81_000 }],
    ['not_checked: the disk is gone', 1, { to: 'ready', dueAt: 6000 }],
    ['person', 1, { to: 'ready', dueAt: 2000 }],
    ['suppressed', 1, { to: 'cancelled', why: 'suppressed' }],
    ['lead_refused: 400 CODE', 1, { to: 'refused', why: 'lead_refused: 400 CODE' }],
  ])('%s, refusal number %i in a row', (why, refusals, follows) => {
    expect(decide(why, refusals)).toEqual(follows)
  })

  test.each([
    [1, 1, false],
    [4, 2, false],
    [5, 1, true],
    [6, 1, false],
    [10, 1, true],
    [1, 3, true],
    [0, 0, false],
  ])('a rule that failed %i times for a lead, and for %i leads, is down: %s', (failures, leads, isDown) => {
    expect(isRuleDown(refused('rule_failed: down', 9, failures, leads))).toBe(isDown)
  })
})
