import type { Assumptions } from '@digame/dialer'
import { describe, expect, test } from 'vitest'
import { type EstimateInput, estimatePlan, type Load } from '../../src/plan/estimate.ts'
import { calendarOf } from '../../src/rules/calendar.ts'
import { loadCalendars } from '../../src/rules/opening.ts'
import { defaultWindow } from '../../src/rules/window.ts'

const rules = { window: defaultWindow, isStrict: false, holidays: { moved: [], local: [] } }
const calendars = await loadCalendars({
  always: { window: 'always', zones: ['Europe/Madrid'] },
  madrid: calendarOf('+34912345678', rules),
  canary: calendarOf('+34928345678', rules),
  broken: { window: 'never', zones: [] },
})
const tuesday = Date.parse('2026-03-10T08:00:00Z')

const load = (calendar: string, leads: number, from = 0): Load => ({ calendar, from, leads })
const estimateOf = (loads: Load[], assumptions: Assumptions = {}, more: Partial<EstimateInput> = {}) =>
  estimatePlan({ loads, calendars, now: tuesday, assumptions: { ringSeconds: 0, ...assumptions }, ...more })
const ends = (...args: Parameters<typeof estimateOf>): string | undefined =>
  estimateOf(...args).endsAt?.toISOString()

describe('how much', () => {
  test('calls, minutes and cost follow from the assumptions, which are repeated', () => {
    expect(estimatePlan({ loads: [load('always', 100)], calendars, now: tuesday })).toMatchObject({
      calls: 100,
      minutes: 200,
      isCutByBudget: false,
      assumptions: { minutesPerCall: 2, ringSeconds: 20, callsPerLead: 1, slots: 1, startAt: tuesday },
    })
    expect(
      estimateOf([load('always', 60), load('madrid', 40)], {
        minutesPerCall: 3,
        callsPerLead: 1.5,
        pricePerMinute: 0.1,
      }),
    ).toMatchObject({ calls: 150, minutes: 450, cost: 45 })
  })

  test('a cost has four decimals at most', () => {
    expect(estimateOf([load('always', 2)], { minutesPerCall: 15, pricePerMinute: 0.12 }).cost).toBe(3.6)
    expect(estimateOf([load('always', 1)], { minutesPerCall: 1, pricePerMinute: 0.00005 }).cost).toBe(0.0001)
  })

  test('without a price there is no cost', () => {
    expect(estimateOf([load('always', 1)])).not.toHaveProperty('cost')
  })

  test.each([
    [{ calls: 30 }, 30, true],
    [{ minutes: 50 }, 25, true],
    [{ calls: 500, minutes: 500 }, 100, false],
  ])('a budget of %j leaves %i calls', (budget, calls, isCutByBudget) => {
    expect(estimateOf([load('always', 100)], {}, { budget })).toMatchObject({ calls, isCutByBudget })
  })
})

describe('when it ends', () => {
  test('a plan without leads takes no time', () => {
    expect(ends([])).toBe('2026-03-10T08:00:00.000Z')
  })

  test.each([
    [1, 1, '2026-03-10T08:02:00.000Z'],
    [10, 1, '2026-03-10T08:20:00.000Z'],
    [15, 15, '2026-03-10T08:02:00.000Z'],
    [30, 15, '2026-03-10T08:04:00.000Z'],
  ])('%i calls of two minutes in %i slots end at %s', (leads, slots, end) => {
    expect(ends([load('madrid', leads)], { slots })).toBe(end)
  })

  test('ringing takes a slot', () => {
    expect(ends([load('madrid', 10)], { ringSeconds: 30 })).toBe('2026-03-10T08:25:00.000Z')
  })

  test('a limit of calls per minute delays the end', () => {
    expect(ends([load('madrid', 61)], { slots: 100, callsPerMinute: 1 })).toBe('2026-03-10T09:02:00.000Z')
  })

  test('closed hours, the weekend and holidays are waited for', () => {
    // 360 calls fill a day of twelve hours; each morning one call more per slot begins at once.
    expect(ends([load('madrid', 700)])).toMatch(/^2026-03-11T(19|20):/)
    const friday = { startAt: Date.parse('2026-03-13T19:58:00Z') }
    expect(ends([load('madrid', 10)], friday)).toMatch(/^2026-03-16T08:/)
    const mayDay = { startAt: Date.parse('2026-04-30T18:59:00Z') }
    expect(ends([load('madrid', 10)], mayDay)).toMatch(/^2026-05-04T07:/)
  })

  test('each calendar has its own hours', () => {
    expect(ends([load('madrid', 1), load('canary', 1)])).toBe('2026-03-10T09:02:00.000Z')
  })

  test('leads that may be called later are waited for', () => {
    expect(ends([load('madrid', 5), load('madrid', 1, Date.parse('2026-03-12T11:00:00Z'))])).toBe(
      '2026-03-12T11:02:00.000Z',
    )
  })

  test('without hours that open there is no end', () => {
    expect(estimateOf([load('broken', 1), load('madrid', 1)])).not.toHaveProperty('endsAt')
  })

  test('beyond two years the rate is extrapolated', () => {
    const years = (leads: number): number =>
      (Date.parse(ends([load('madrid', leads)]) ?? '') - tuesday) / (365.25 * 86_400_000)
    expect(years(900_000) / years(150_000)).toBeCloseTo(6, 0)
  })

  test('a million calls are estimated in a moment', () => {
    expect(ends([load('madrid', 500_000), load('canary', 500_000)], { slots: 15 })).toMatch(/^2026-1[01]/)
  })
})
