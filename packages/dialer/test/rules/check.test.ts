import { defaultRetries } from '@digame/dialer'
import { createTestClock } from '@digame/test-support'
import { describe, expect, test } from 'vitest'
import type { BatchRules } from '../../src/rules/batch-rules.ts'
import { createCalendarBook } from '../../src/rules/calendar.ts'
import { type CheckOptions, createCheck } from '../../src/rules/check.ts'
import { loadCalendars } from '../../src/rules/opening.ts'
import { defaultWindow } from '../../src/rules/window.ts'

const number = '+34912345678'
const rules: BatchRules = {
  purpose: 'service',
  window: defaultWindow,
  isStrict: false,
  holidays: { moved: [], local: [] },
  asksHook: false,
  retries: defaultRetries,
}

const clockAt = (iso: string) => createTestClock({ start: Date.parse(iso) })

async function check(
  given: Partial<Omit<CheckOptions, 'rules'>> & { rules?: Partial<BatchRules>; at?: string } = {},
) {
  const { rules: changed, at = '2026-03-10T12:00:00Z', ...options } = given
  const all = { ...rules, ...changed }
  const book = createCalendarBook(all)
  book.keyOf(number)
  return createCheck({
    rules: all,
    calendars: await loadCalendars(book.calendars),
    ledger: { suppressed: async () => false },
    clock: clockAt(at),
    ...options,
  })(number)
}

describe('right before a call', () => {
  test('a number in its hours may be called', async () => {
    expect(await check()).toEqual({ may: true })
  })

  test.each([
    '2026-03-10T07:59:59.999Z',
    '2026-03-10T20:00:00Z',
    '2026-03-14T12:00:00Z',
    '2026-05-01T12:00:00Z',
  ])('at %s it is closed', async (at) => expect(await check({ at })).toEqual({ may: false, why: 'closed' }))

  test('a number that the ledger suppresses is not called', async () => {
    const ledger = { suppressed: async (asked: string) => asked === number }
    expect(await check({ ledger })).toEqual({ may: false, why: 'suppressed' })
    expect(await check({ ledger, rules: { purpose: 'requested' } })).toEqual({ may: true })
  })

  test('a number that the hook suppresses is not called', async () => {
    expect(await check({ hook: (asked) => asked === number })).toEqual({ may: false, why: 'suppressed' })
    expect(await check({ hook: async () => false })).toEqual({ may: true })
  })

  test('a requested call does not call the hook', async () => {
    const hook = (): never => {
      throw new Error('asked')
    }
    expect(await check({ hook, rules: { purpose: 'requested' } })).toEqual({ may: true })
  })

  test('hours that end while the hook runs are closed', async () => {
    const clock = clockAt('2026-03-10T19:59:59Z')
    const hook = async (): Promise<boolean> => {
      await clock.advance(1000)
      return false
    }
    expect(await check({ hook, clock })).toEqual({ may: false, why: 'closed' })
  })
})

describe('a rule that cannot be evaluated stops the lead', () => {
  const failed = (detail: string) => ({ may: false, why: 'rule_failed', detail })

  test('a hook that throws or rejects; the number is masked', async () => {
    const now = (): never => {
      throw new Error(`no line for ${number}`)
    }
    expect(await check({ hook: now })).toEqual(failed('no line for +349******78'))
    expect(await check({ hook: () => Promise.reject(new Error('down')) })).toEqual(failed('down'))
  })

  test.each([undefined, null, 0, 'no', {}])('a hook that returns %j', async (answer) => {
    expect(await check({ hook: () => answer as never })).toEqual(
      failed('the suppression hook returned neither true nor false'),
    )
  })

  test('a hook that takes too long', async () => {
    const clock = clockAt('2026-03-10T12:00:00Z')
    let signal: AbortSignal | undefined
    const hook = (_: string, options: { signal: AbortSignal }): Promise<boolean> => {
      signal = options.signal
      clock.advance(250)
      return new Promise(() => {})
    }
    expect(await check({ hook, clock, hookTimeoutMs: 250 })).toEqual(
      failed('the suppression hook took longer than 250 ms'),
    )
    expect(signal?.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('a hook that was planned and is missing', async () => {
    expect(await check({ rules: { asksHook: true } })).toEqual(
      failed('it was planned with a suppression hook, and the dialer has none'),
    )
  })

  test('a ledger that fails, which is no fault of a rule', async () => {
    const ledger = { suppressed: () => Promise.reject(new Error('the disk is gone')) }
    const detail = 'the disk is gone'
    expect(await check({ ledger })).toEqual({ may: false, why: 'not_checked', detail })
  })

  test('a calendar that is missing or broken', async () => {
    expect(await check({ calendars: await loadCalendars({}) })).toEqual(failed('its calendar is missing'))
    const broken = await check({ rules: { region: 'XX', zone: 'Europe/Nowhere' } })
    expect(broken).toMatchObject({ may: false, why: 'rule_failed' })
  })
})
