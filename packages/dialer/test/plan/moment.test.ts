import { expect, test } from 'vitest'
import { readMoment } from '../../src/plan/moment.ts'

const read = (text: string, when: 'earlier' | 'later' = 'earlier'): string | undefined => {
  const ms = readMoment(text, when)
  return ms === undefined ? undefined : new Date(ms).toISOString()
}

test.each([
  ['2026-03-10', '2026-03-09T23:00:00.000Z'],
  ['2026-07-10', '2026-07-09T22:00:00.000Z'],
  ['2026-03-10T18:30', '2026-03-10T17:30:00.000Z'],
  ['2026-03-10 18:30:15', '2026-03-10T17:30:15.000Z'],
  ['2026-03-10T18:30:15.250Z', '2026-03-10T18:30:15.250Z'],
  ['2026-03-10 18:30+01:00', '2026-03-10T17:30:00.000Z'],
  ['2026-03-10T18:30:00.123456-0230', '2026-03-10T21:00:00.123Z'],
  ['2026-03-29T12:00', '2026-03-29T10:00:00.000Z'],
  ['2026-10-25', '2026-10-24T22:00:00.000Z'],
  ['10/03/2026', '2026-03-09T23:00:00.000Z'],
  ['1/3/2026', '2026-02-28T23:00:00.000Z'],
  ['10-03-2026 9:05', '2026-03-10T08:05:00.000Z'],
  ['10.03.2026, 18:30', '2026-03-10T17:30:00.000Z'],
])('%s is %s', (text, expected) => expect(read(text)).toBe(expected))

test('another library reads every hour of a year the same', () => {
  const wall = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'Europe/Madrid',
    dateStyle: 'short',
    timeStyle: 'short',
  })
  for (let now = Date.UTC(2026, 0, 1); now < Date.UTC(2027, 0, 1); now += 3_600_000) {
    const text = wall.format(now)
    expect([readMoment(text, 'earlier'), readMoment(text, 'later')]).toContain(now)
  }
})

test('an hour that exists twice is read as `when` says', () => {
  expect(read('2026-10-25T02:30')).toBe('2026-10-25T00:30:00.000Z')
  expect(read('2026-10-25T02:30', 'later')).toBe('2026-10-25T01:30:00.000Z')
})

test.each([
  '',
  'ayer',
  '2026-02-30',
  '31/02/2026',
  '03/25/2026',
  '2026-3-1',
  '46000',
  '10/03/26',
  '2026-03-10T25:00',
])('%j is not a date', (text) => expect(read(text)).toBeUndefined())
