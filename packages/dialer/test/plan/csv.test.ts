import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CsvRow, readCsv } from '../../src/plan/csv.ts'
import type { Source } from '../../src/plan/decode.ts'

async function all(source: Source): Promise<CsvRow[]> {
  const rows: CsvRow[] = []
  for await (const row of readCsv(source)) rows.push(row)
  return rows
}
const rows = async (source: Source): Promise<(readonly string[])[]> =>
  (await all(source)).map(({ cells }) => cells)
const lines = async (source: Source): Promise<number[]> => (await all(source)).map(({ line }) => line)
const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1')

describe('encodings', () => {
  const text = 'teléfono,nombre\n612345678,Begoña\n'
  const expected = [
    ['teléfono', 'nombre'],
    ['612345678', 'Begoña'],
  ]
  test.each<[string, Source]>([
    ['text', text],
    ['text with a mark', `\ufeff${text}`],
    ['UTF-8', Buffer.from(text)],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['Latin-1', latin1(text)],
    ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['single bytes of UTF-8', [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))],
    [
      'single bytes of UTF-8 with a mark',
      [...Buffer.from(`\ufeff${text}`)].map((byte) => Uint8Array.of(byte)),
    ],
    ['single bytes of Latin-1', [...latin1(text)].map((byte) => Uint8Array.of(byte))],
    ['a stream', new Blob([text]).stream()],
  ])('%s', async (_, source) => expect(await rows(source)).toEqual(expected))

  test('Latin-1 is found however late it shows', async () => {
    const late = Buffer.concat([
      Buffer.from(`a,b\n${'1,2\n'.repeat(50_000)}`),
      latin1('1,€ ñ\n'.replace('€', '\x80')),
    ])
    const read = await rows([late.subarray(0, 65_536), late.subarray(65_536)])
    expect(read.length).toBe(50_002)
    expect(read.at(-1)).toEqual(['1', '€ ñ'])
  })

  test('a file of two encodings is refused', async () => {
    const mixed = Buffer.concat([Buffer.from('a,ñ\n'), latin1('1,ñ\n')])
    await expect(rows(mixed)).rejects.toThrow('save it as UTF-8')
    await expect(rows([mixed.subarray(0, 5), mixed.subarray(5)])).rejects.toThrow('save it as UTF-8')
  })

  test('no character of a long text is cut in two', async () => {
    for (const lead of ['', 'x']) {
      const long = lead + '😀'.repeat(30_000)
      expect(await rows(`a,b\n1,${long}\n`)).toEqual([
        ['a', 'b'],
        ['1', long],
      ])
    }
  })

  test('text comes out as it went in, wherever the stream is cut', async () => {
    const characters = fc.string({ unit: fc.constantFrom('a', 'ñ', '€', '😀', ' '), maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(characters, fc.array(fc.nat({ max: 100 })), async (value, cuts) => {
        const bytes = Buffer.from(`a,b\nx,"${value}"\n`)
        const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        const pieces = at.slice(1).map((end, index) => bytes.subarray(at[index], end))
        expect(await rows(pieces)).toEqual([
          ['a', 'b'],
          ['x', value],
        ])
      }),
    )
  })
})

describe('forms', () => {
  test.each([
    ['a,b;c\n1,2', ['a', 'b;c'], ['1', '2']],
    ['a;b\n1,5;2', ['a', 'b'], ['1,5', '2']],
    ['a\tb\n1,2;3\t4', ['a', 'b'], ['1,2;3', '4']],
    ['"a;x",b\n1,2', ['a;x', 'b'], ['1', '2']],
    ['sep=;\r\na,b;c\r\n1;2', ['a,b', 'c'], ['1', '2']],
    ['a\r1', ['a'], ['1']],
    ['a,b\r\n"say ""hi"", then\r\nstop",2', ['a', 'b'], ['say "hi", then\r\nstop', '2']],
    ['a,b\n1"2,3\n', ['a', 'b'], ['1"2', '3']],
  ])('%j', async (text, ...expected) => expect(await rows(text)).toEqual(expected))

  test('rows keep their number of cells', async () => {
    expect(await rows('a,b\n1\n1,2,3\n')).toEqual([['a', 'b'], ['1'], ['1', '2', '3']])
  })

  test('each row has the line that it begins on', async () => {
    expect(await lines('a,b\n1,2\n\n"3\n3",4\n5,6\n')).toEqual([1, 2, 4, 6])
    expect(await lines('a,b\r\n1,2\r\n\r\n"3\r\n3",4\r\n5,6\r\n')).toEqual([1, 2, 4, 6])
    expect(await lines('sep=,\na,b\n1,2\n')).toEqual([2, 3])
  })

  test('an empty file has no rows', async () => {
    expect(await rows('')).toEqual([])
    expect(await rows([])).toEqual([])
  })
})

test('a quote that never closes is refused with its line', async () => {
  await expect(rows('a,b\n1,2\n"3,4\n5,6\n')).rejects.toThrow(
    'A quote that opens after line 2 does not close',
  )
  const long = `a,b\n1,2\n"3,4\n${'5,6\n'.repeat(100_000)}`
  await expect(rows(long)).rejects.toThrow('A quote that opens after line 2 does not close')
})

test('a file without line ends is refused before all of it is read', async () => {
  let given = 0
  async function* endless(): AsyncGenerator<string> {
    for (;;) {
      given += 1
      yield 'x'.repeat(10_000)
    }
  }
  await expect(rows(endless())).rejects.toThrow('Line 1 does not end')
  expect(given).toBeLessThan(20)
})

test('a stream that fails fails the reading', async () => {
  async function* broken(): AsyncGenerator<string> {
    yield 'a,b\n1,2\n'
    throw new Error('the disk is gone')
  }
  await expect(rows(broken())).rejects.toThrow('the disk is gone')
})

test('a reader that stops early stops the source', async () => {
  const closed = Promise.withResolvers<void>()
  async function* source(): AsyncGenerator<string> {
    try {
      for (;;) yield 'a,b\n'.repeat(1000)
    } finally {
      closed.resolve()
    }
  }
  for await (const _ of readCsv(source())) break
  await closed.promise
})
