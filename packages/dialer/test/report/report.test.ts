import { expect, test } from 'vitest'
import { type ReportRow, safeCell, writeReport } from '../../src/report/report.ts'
import { createRig, numberOf } from '../run/support/rig.ts'

const text = async (lines: AsyncIterable<string>): Promise<string> => {
  let all = ''
  for await (const line of lines) all += line
  return all
}

test.each(['=1+1', '+34612345678', '-1', '@sum', '\tx', '\rx', '\nx', '＝1'])(
  '%j cannot run as a formula',
  (cell) => {
    expect(safeCell(cell)).toBe(`'${cell}`)
  },
)

test.each(['Ana', 'a=b', '1-2', '', ' =1'])('%j stays as it is', (cell) => {
  expect(safeCell(cell)).toBe(cell)
})

test('commas, quotes and line breaks are quoted', async () => {
  const rows = [{ a: 'x,y', b: 'say "so"', c: 'two\nlines' }]
  expect(await text(writeReport(['a', 'b', 'c'], rows, { format: 'csv' }))).toBe(
    'a,b,c\r\n"x,y","say ""so""","two\nlines"\r\n',
  )
})

test('rows are written as they are read, and never collected', async () => {
  let read = 0
  function* rows(): Generator<ReportRow> {
    for (;;) yield { n: read++ }
  }
  const lines = writeReport(['n'], rows(), { format: 'ndjson' })
  expect((await lines.next()).value).toBe('{"n":0}\n')
  expect((await lines.next()).value).toBe('{"n":1}\n')
  expect(read).toBe(2)
  await lines.return()
})

test('a report has every row of the plan, skipped rows included', async () => {
  const { clock, port, plan, dialer } = await createRig()
  port.deed = ({ to_number }) => (to_number === numberOf(1) ? 'no_answer' : 'completed')
  const batch = await plan({
    numbers: [numberOf(0), numberOf(1), numberOf(0)],
    retries: { no_answer: [] },
  })
  await clock.run(dialer().run())
  const [first, second] = port.calls
  const csv = await text(dialer().report(batch, { format: 'csv', variables: ['name'] }))
  const at = (ms: number): string => new Date(ms).toISOString()
  expect(csv.split('\r\n').map((line) => line.replace(/,20[^,]*Z,20[^,]*Z/, ',when,when'))).toEqual([
    'line,key,number,state,why,calls,outcome,seconds,called_at,ended_at,due_at,call_id,name',
    `1,row 1,'${numberOf(0)},done,completed,1,completed,30,when,when,,${first?.id},n0`,
    `2,row 2,'${numberOf(1)},done,no_answer,1,no_answer,30,when,when,,${second?.id},n1`,
    "3,row 3,'+34610000000,duplicate,other_variables,0,,,,,,,",
    '',
  ])
  expect(csv).toContain(at(first?.at ?? 0))
  const ndjson = await text(dialer().report(batch, { format: 'ndjson', mask: true }))
  const lines = ndjson
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.map(({ line, number, state }) => [line, number, state])).toEqual([
    [1, '+346******00', 'done'],
    [2, '+346******01', 'done'],
    [3, expect.not.stringContaining('610000000'), 'duplicate'],
  ])
})

test('a lead has a due time once it is to be called again, and none before its first call', async () => {
  const { clock, port, ledger, plan, dialer } = await createRig()
  port.deed = () => 'no_answer'
  const batch = await plan({ count: 1, retries: { no_answer: [3_600_000] } })
  const dueTime = async (): Promise<string | undefined> => {
    const [, row = ''] = (await text(dialer().report(batch, { format: 'csv' }))).split('\r\n')
    return row.split(',')[10]
  }
  expect(await dueTime()).toBe('')
  const stop = new AbortController()
  const run = dialer().run({ signal: stop.signal })
  await clock.until(async () => (await ledger.status(batch)).outcomes.no_answer === 1)
  await clock.until(async () => (await ledger.status(batch)).leads.ready === 1)
  stop.abort()
  await clock.run(run)
  expect(await dueTime()).toMatch(/Z$/)
})
