import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calendarKey, calendarOf } from '../../src/rules/calendar.ts'
import { loadHolidays } from '../../src/rules/holidays.ts'
import { isOpen, loadCalendars, nextChange, nextOpening, openCalendars } from '../../src/rules/opening.ts'
import { defaultWindow } from '../../src/rules/window.ts'

const rules = { window: defaultWindow, isStrict: false, holidays: { moved: [], local: [] } }
const madrid = calendarOf('+34912345678', rules)
const canary = calendarOf('+34928345678', rules)
const mobile = calendarOf('+34612345678', rules)
const at = (iso: string): number => Date.parse(iso)

async function load(named: Record<string, unknown>) {
  const calendars = await loadCalendars(named)
  return {
    calendars,
    open: (iso: string) => openCalendars(calendars, at(iso)).map(({ key }) => key),
    next: (iso: string) => {
      const next = nextOpening(calendars, at(iso))
      return next === undefined ? undefined : new Date(next).toISOString()
    },
  }
}

describe('a week', () => {
  test('hours are in the local time of the called person', async () => {
    const { open } = await load({ madrid, canary, mobile })
    // Tuesday 10 March 2026: Madrid is UTC+1, the Canary Islands UTC.
    expect(open('2026-03-10T07:59:59.999Z')).toEqual([])
    expect(open('2026-03-10T08:00:00Z')).toEqual(['madrid'])
    expect(open('2026-03-10T09:00:00Z')).toEqual(['madrid', 'canary', 'mobile'])
    expect(open('2026-03-10T19:59:59.999Z')).toEqual(['madrid', 'canary', 'mobile'])
    expect(open('2026-03-10T20:00:00Z')).toEqual(['canary'])
    expect(open('2026-03-10T21:00:00Z')).toEqual([])
  })

  test('opens on weekdays only, and never on a holiday', async () => {
    const { next } = await load({ madrid })
    const openings: (string | undefined)[] = []
    let now = '2026-04-28T21:00:00Z'
    for (let day = 0; day < 6; day += 1) {
      const opening = next(now)
      openings.push(opening)
      now = new Date(at(opening ?? now) + 13 * 3_600_000).toISOString()
    }
    // Labour Day on Friday 1 May; the 2nd is a Saturday.
    expect(openings).toEqual([
      '2026-04-29T07:00:00.000Z',
      '2026-04-30T07:00:00.000Z',
      '2026-05-04T07:00:00.000Z',
      '2026-05-05T07:00:00.000Z',
      '2026-05-06T07:00:00.000Z',
      '2026-05-07T07:00:00.000Z',
    ])
  })

  test.each([
    ['2026-03-27', '2026-03-27T08:00:00.000Z', 'Friday before summer time'],
    ['2026-03-29', '2026-03-30T07:00:00.000Z', 'Monday after it began'],
    ['2026-10-23', '2026-10-23T07:00:00.000Z', 'Friday before it ended'],
    ['2026-10-25', '2026-10-26T08:00:00.000Z', 'Monday after it ended'],
  ])('from %s the next opening is %s: %s', async (date, expected) => {
    const { next } = await load({ madrid })
    expect(next(`${date}T00:00:00Z`)).toBe(expected)
  })

  test('a day with a change of clocks has 23 or 25 hours', async () => {
    const { calendars } = await load({ all: { window: 'always', zones: ['Europe/Madrid'] } })
    const hours = (iso: string): number => {
      const [open] = openCalendars(calendars, at(iso))
      return ((open?.dayEnd ?? 0) - (open?.dayStart ?? 0)) / 3_600_000
    }
    expect([hours('2026-03-28T12:00Z'), hours('2026-03-29T12:00Z'), hours('2026-10-25T12:00Z')]).toEqual([
      24, 23, 25,
    ])
  })

  test('if two zones are possible, a day begins in the first and ends in the last', async () => {
    const { calendars } = await load({ mobile })
    expect(openCalendars(calendars, at('2026-03-10T12:00Z'))).toEqual([
      { key: 'mobile', dayStart: at('2026-03-09T23:00Z'), dayEnd: at('2026-03-11T00:00Z') },
    ])
  })
})

test('an open calendar opens now, a closed one at its next opening', async () => {
  const { calendars, next } = await load({ madrid })
  expect(next('2026-03-10T12:34:56.789Z')).toBe('2026-03-10T12:34:56.789Z')
  expect(nextChange(calendars, at('2026-03-10T12:00Z'))).toBe(at('2026-03-10T20:00Z'))
  expect(nextChange(calendars, at('2026-03-10T06:00Z'))).toBe(at('2026-03-10T08:00Z'))
})

test('only the given calendars count', async () => {
  const { calendars } = await load({ madrid, canary })
  expect(nextOpening(calendars, at('2026-03-10T06:00Z'), ['canary'])).toBe(at('2026-03-10T09:00Z'))
  expect(nextOpening(calendars, at('2026-03-10T06:00Z'), ['nobody'])).toBeUndefined()
})

test('a window that never comes has no next opening', async () => {
  const local = Array.from({ length: 500 }, (_, index) => ({
    date: new Date(at('2026-01-01') + index * 86_400_000).toISOString().slice(0, 10),
  }))
  const { next } = await load({ never: { ...madrid, holidays: { regions: ['MD'], moved: [], local } } })
  expect(next('2026-01-01T00:00:00Z')).toBeUndefined()
})

test.each([
  ['its zone', { ...madrid, zones: ['Europe/Nowhere'] }],
  ['its zones', { ...madrid, zones: [] }],
  ['its window', { ...madrid, window: 'whenever' }],
  ['its region', { ...madrid, holidays: { regions: ['XX'], moved: [], local: [] } }],
  ['its holidays', { ...madrid, holidays: { regions: ['MD'], moved: [], local: ['2026-05-15'] } }],
  ['its lack of hours', { zones: madrid.zones }],
  ['not being one', null],
])('a calendar that cannot be evaluated because of %s never opens', async (_, calendar) => {
  const { calendars, open, next } = await load({ calendar })
  expect([...calendars.broken.keys()]).toEqual(['calendar'])
  expect(open('2026-03-10T12:00:00Z')).toEqual([])
  expect(isOpen(calendars, 'calendar', at('2026-03-10T12:00:00Z'))).toBe(false)
  expect(next('2026-03-10T12:00:00Z')).toBeUndefined()
})

test('a broken calendar does not close others', async () => {
  const { open } = await load({ broken: { ...madrid, zones: ['Nowhere'] }, madrid })
  expect(open('2026-03-10T12:00:00Z')).toEqual(['madrid'])
})

test('equal calendars have equal keys, different ones never do', () => {
  expect(calendarKey(calendarOf('+34913333333', rules))).toBe(calendarKey(madrid))
  const others = [
    canary,
    mobile,
    { ...madrid, window: 'Mon-Fri 10:00-21:00' },
    { ...madrid, holidays: { regions: ['MD'], moved: [], local: [{ date: '2026-05-15' }] } },
    { window: madrid.window, zones: madrid.zones },
  ]
  expect(new Set([madrid, ...others].map(calendarKey)).size).toBe(6)
})

/** Local time, by another library than the one that the rules use. */
function wall(now: number, zone: string) {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]))
  return {
    date: `${parts['year']}-${parts['month']}-${parts['day']}`,
    weekday: parts['weekday'] ?? '',
    minute: Number(parts['hour']) * 60 + Number(parts['minute']),
  }
}

test('a calendar is open exactly on weekdays that are not holidays, within the hours of every zone', async () => {
  const holidays = await loadHolidays()
  const calendars = await loadCalendars({ madrid, canary, mobile })
  const zones = { madrid: madrid.zones, canary: canary.zones, mobile: mobile.zones }
  const regions = { madrid: ['MD'], canary: ['CN'], mobile: [] }
  const moments = fc.integer({ min: at('2024-01-01') / 60_000, max: at('2030-01-01') / 60_000 })
  fc.assert(
    fc.property(moments, fc.constantFrom('madrid', 'canary', 'mobile'), (minute, key) => {
      const now = minute * 60_000
      const isFine = zones[key].every((zone) => {
        const { date, weekday, minute } = wall(now, zone)
        const isFree = !holidays.isHoliday(date, { regions: regions[key], moved: [], local: [] })
        return !['Sat', 'Sun'].includes(weekday) && minute >= 540 && minute < 1260 && isFree
      })
      expect(isOpen(calendars, key, now)).toBe(isFine)
    }),
    { numRuns: 3000 },
  )
})

test('a state holds until the next change, whatever the order of the queries', async () => {
  const calendars = await loadCalendars({ madrid, canary, mobile })
  const fresh = await loadCalendars({ madrid, canary, mobile })
  fc.assert(
    fc.property(fc.integer({ min: at('2026-03-20'), max: at('2026-11-10') }), (now) => {
      const until = nextChange(calendars, now) ?? 0
      expect(until).toBeGreaterThan(now)
      expect(openCalendars(calendars, now)).toEqual(openCalendars(fresh, until - 1))
    }),
  )
})
