import { readLocalDays, suppressList } from '@digame/dialer'
import { describe, expect, test } from 'vitest'

const port = { isCallable: (number: string) => /^\+34([5-9]\d{8}|400\d{6})$/.test(number) }

function suppress(csv: string, column?: string) {
  const suppressed: string[] = []
  const ledger = {
    suppress: async (numbers: readonly string[]) => {
      suppressed.push(...numbers)
      return numbers.length
    },
  }
  const done = suppressList({ ledger, port, csv, source: 'a list', ...(column !== undefined && { column }) })
  return { suppressed, done }
}

describe('a suppression list', () => {
  test.each([
    ['one number a line', '612345678\n+34 912 345 678\n'],
    ['a header', 'nombre;teléfono\nAna;612345678\nLuis;"912 345 678"\n'],
    ['columns without header', '612345678,Ana\n912345678,Luis\n'],
    ['empty lines', '612345678,\n\n,\n912345678,'],
  ])('%s', async (_, csv) => {
    const { suppressed, done } = suppress(csv)
    expect(await done).toEqual({ rows: 2, added: 2, needless: 0 })
    expect(suppressed).toEqual(['+34612345678', '+34912345678'])
  })

  test('a column can be named', async () => {
    const { suppressed, done } = suppress('Contacto,x\n612345678,1\n', 'contacto')
    await done
    expect(suppressed).toEqual(['+34612345678'])
  })

  test('numbers that are never called need no suppression', async () => {
    expect(await suppress('612345678\n+44 7911 123456\n900123456\n112\n').done).toEqual({
      rows: 4,
      added: 1,
      needless: 3,
    })
  })

  test('numbers that cannot be read are reported, and all others suppressed', async () => {
    const { suppressed, done } = suppress('612345678\n3,46612E+10\n912345678\nAna\n')
    await expect(done).rejects.toThrow(
      'The number on line 2 of the suppression list cannot be read, nor can those on 1 more lines',
    )
    expect(suppressed).toEqual(['+34612345678', '+34912345678'])
  })

  test('a list without a column of numbers is refused', async () => {
    await expect(suppress('nombre,ciudad\nAna,Madrid\n').done).rejects.toThrow('No column holds the number')
  })

  test('is passed to the ledger in pieces', async () => {
    const sizes: number[] = []
    const ledger = { suppress: async (numbers: readonly string[]) => sizes.push(numbers.length) }
    const csv = Array.from({ length: 2500 }, (_, index) => `${600_000_000 + index}\n`)
    await suppressList({ ledger, port, csv, source: 'a list' })
    expect(sizes).toEqual([1000, 1000, 500])
  })
})

describe('local days', () => {
  test.each([
    ['2026-05-15\n2026-11-09\n', [{ date: '2026-05-15' }, { date: '2026-11-09' }]],
    ['2026-05-15,San Isidro,md\n', [{ date: '2026-05-15', name: 'San Isidro', region: 'MD' }]],
    [
      'region;date\nES-MD;2026-05-15\n;2026-11-09\n',
      [{ date: '2026-05-15', region: 'MD' }, { date: '2026-11-09' }],
    ],
    ['', []],
  ])('%j', async (csv, expected) => expect(await readLocalDays(csv)).toEqual(expected))

  test.each([
    ['2026-05-15\n15/05/2026\n', 'Line 2 of the local days has no date like 2026-05-15.'],
    ['date,name\n2026-02-30,x\n', 'Line 2 of the local days has no date'],
    ['2026-05-15,San Isidro,XX\n', 'Line 1 of the local days has an unknown region: give one of AN, AR'],
  ])('%j: %s', async (csv, message) => {
    await expect(readLocalDays(csv)).rejects.toThrow(message)
  })
})
