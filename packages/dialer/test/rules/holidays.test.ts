import { beforeAll, describe, expect, test } from 'vitest'
import { type HolidayRules, type Holidays, loadHolidays } from '../../src/rules/holidays.ts'

let holidays: Holidays
beforeAll(async () => {
  holidays = await loadHolidays()
})

const closed = (date: string, regions: string[] = [], more: Partial<HolidayRules> = {}): boolean =>
  holidays.isHoliday(date, { regions, moved: [], local: [], ...more })

test.each([
  ['2026-01-01', []],
  ['2026-01-06', []],
  ['2026-04-03', []],
  ['2026-05-01', ['MD']],
  ['2026-10-12', ['CT']],
  ['2026-12-08', []],
  ['2026-12-25', ['CN']],
  ['2026-05-02', ['MD']],
  ['2026-09-11', ['CT']],
  ['2026-02-28', ['AN']],
  ['2026-05-30', ['CN']],
])('%s is a holiday in %j', (date, regions) => expect(closed(date, regions)).toBe(true))

test.each([
  ['2026-05-02', []],
  ['2026-05-02', ['CT']],
  ['2026-09-11', ['MD']],
  ['2026-04-02', ['CT']],
  ['2026-04-05', ['MD']],
  ['2026-11-23', ['MD']],
])('%s is not a holiday in %j', (date, regions) => expect(closed(date, regions)).toBe(false))

test('a day that is a holiday in one of several regions is closed', () => {
  expect(closed('2026-09-17', ['AN', 'ML'])).toBe(closed('2026-09-17', ['ML']))
  expect(closed('2026-09-11', ['MD', 'CT'])).toBe(true)
})

describe('the Monday after a Sunday holiday', () => {
  test.each([
    ['2026-11-02', []],
    ['2026-11-02', ['CT']],
    ['2026-12-07', ['MD']],
    // The package moves no holiday to this day; five regions did.
    ['2024-12-09', ['AN']],
    ['2024-12-09', ['CT']],
    ['2027-05-03', ['MD']],
    ['2027-08-16', ['CT']],
  ])('%s is closed in %j', (date, regions) => expect(closed(date, regions)).toBe(true))

  const moved = [
    { year: 2026, source: 'a table', mondays: { '2026-11-02': ['AN', 'MD'], '2026-12-07': ['MD'] } },
  ]
  test.each([
    ['2026-11-02', ['MD'], true],
    ['2026-11-02', ['CT'], false],
    ['2026-12-07', ['AN'], false],
    ['2026-12-07', ['AN', 'MD'], true],
    // Without a region, a Monday that any region keeps counts.
    ['2026-12-07', [], true],
    // A table holds for its own year only.
    ['2027-08-16', ['CT'], true],
  ])('with a table, %s in %j: %s', (date, regions, expected) => {
    expect(closed(date, regions, { moved })).toBe(expected)
  })

  test('a Monday that is missing in the table is open everywhere', () => {
    expect(closed('2026-11-02', [], { moved: [{ year: 2026, source: 'a table', mondays: {} }] })).toBe(false)
  })

  test('a table never opens a holiday of its own', () => {
    // St Stephen's is a holiday in Catalonia, after a Christmas on a Sunday or not.
    const table = [{ year: 2022, source: 'a table', mondays: {} }]
    expect(closed('2022-12-26', ['CT'], { moved: table })).toBe(true)
    expect(closed('2022-12-26', ['MD'], { moved: table })).toBe(false)
  })
})

test('a local day closes its region, and one without region closes all', () => {
  const local = [{ date: '2026-05-15', region: 'MD' }, { date: '2026-06-10' }]
  expect(closed('2026-05-15', ['MD'], { local })).toBe(true)
  expect(closed('2026-05-15', ['CT'], { local })).toBe(false)
  expect(closed('2026-05-15', [], { local })).toBe(true)
  expect(closed('2026-06-10', ['CT'], { local })).toBe(true)
})

test('an unknown region cannot be evaluated', () => {
  expect(() => closed('2026-05-04', ['XX'])).toThrow(/no region "XX"/)
})
