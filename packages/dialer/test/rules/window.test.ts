import { Temporal } from 'temporal-polyfill'
import { expect, test } from 'vitest'
import { defaultWindow, isWithin, parseWindow, stretches } from '../../src/rules/window.ts'

test('the default is Monday to Friday from nine to nine', () => {
  expect(parseWindow(defaultWindow)).toEqual([...Array(5).fill([[540, 1260]]), [], []])
})

test('days and hours are listed with commas, parts with semicolons', () => {
  expect(parseWindow('mon,wed-thu 16:00-21:00,09:00-15:00; Sat 10:00-14:00')).toEqual([
    [
      [540, 900],
      [960, 1260],
    ],
    [],
    [
      [540, 900],
      [960, 1260],
    ],
    [
      [540, 900],
      [960, 1260],
    ],
    [],
    [[600, 840]],
    [],
  ])
})

test('always is every minute of the week', () => {
  expect(parseWindow('Always')).toEqual(Array(7).fill([[0, 1440]]))
})

test.each([
  '',
  'Mon-Fri',
  '09:00-21:00',
  'Mon-Fri 21:00-09:00',
  'Fri-Mon 09:00-21:00',
  'Lun-Vie 09:00-21:00',
  'Mon 9:00-21:00',
  'Mon 09:00-25:00',
  'Mon 09:00-24:30',
  'Mon 09:00-12:00,11:00-13:00',
  'Mon 09:00-12:00; Mon 11:00-13:00',
  'Mon-Tue-Wed 09:00-10:00',
  'Mon 09:00-10:00-11:00',
  'Mon 09:00-10:00;',
])('%j is refused', (text) => {
  expect(() => parseWindow(text)).toThrow(/cannot be read; write/)
})

test('a window is within another if all its hours are', () => {
  const legal = parseWindow(defaultWindow)
  expect(isWithin(parseWindow('Mon 09:00-15:00,16:00-21:00'), legal)).toBe(true)
  expect(isWithin(parseWindow('Mon 08:59-15:00'), legal)).toBe(false)
  expect(isWithin(parseWindow('Sat 10:00-11:00'), legal)).toBe(false)
})

const at = (window: string, date: string): string[][] =>
  stretches(parseWindow(window), Temporal.PlainDate.from(date), 'Europe/Madrid').map((stretch) =>
    stretch.map((ms) => new Date(ms).toISOString().slice(11, 16)),
  )

// On 29 March 2026 02:00 becomes 03:00; on 25 October 03:00 becomes 02:00 again.
test.each([
  ['Sun 09:00-21:00', '2026-03-22', [['08:00', '20:00']]],
  ['Sun 09:00-21:00', '2026-03-29', [['07:00', '19:00']]],
  ['Sun 02:30-09:00', '2026-03-29', [['01:30', '07:00']]],
  ['Sun 00:00-02:30', '2026-03-29', [['23:00', '00:30']]],
  ['Sun 02:10-02:50', '2026-03-29', []],
  ['Sun 09:00-21:00', '2026-10-25', [['08:00', '20:00']]],
  ['Sun 02:30-09:00', '2026-10-25', [['01:30', '08:00']]],
  ['Sun 00:00-02:30', '2026-10-25', [['22:00', '00:30']]],
  ['Sun 02:10-02:50', '2026-10-25', []],
])('%s on %s is %j in UTC', (window, date, expected) => {
  expect(at(window, date)).toEqual(expected)
})
