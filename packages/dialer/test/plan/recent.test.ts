import { type Ledger, type PlanOptions, planBatch, skippedRows } from '@digame/dialer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRig, type Rig } from '../run/support/rig.ts'

const port = { isCallable: () => true }
const day = 86_400_000

const plan = (ledger: Ledger, csv: string, options: Partial<PlanOptions> = {}) =>
  planBatch({
    ledger,
    port,
    leads: { csv: `phone,name\n${csv}` },
    from_number: '+34910000001',
    purpose: 'service',
    window: 'always',
    holidays: false,
    ...options,
  })

async function call({ ledger, clock, dialer }: Rig, batch: number): Promise<void> {
  await ledger.resume(batch)
  await clock.run(dialer({ limits: { maxConcurrent: 5, pollMs: 5000 } }).run())
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

const ana = '612345678,Ana\n'
const luis = '612345679,Luis\n'
const eva = '612345670,Eva\n'

describe('a list that was called and is planned again', () => {
  test('with a corrected cell and a new row calls only the new person', async () => {
    const rig = await createRig()
    const { ledger, clock } = rig
    const first = await plan(ledger, ana + luis, { name: 'June' })
    const calledAt = new Date(clock.now())
    await call(rig, first.batch.id)
    await clock.advance(360_000)
    const second = await plan(ledger, `612345678,Anna\n${luis}${eva}`)
    expect(second.batch.rows).toEqual({ planned: 1, duplicate: 0, suppressed: 0, recent: 2, rejected: 0 })
    expect(second.estimate.calls).toBe(1)
    expect(second.warnings).toEqual([
      '2 rows are left out because their numbers were called in the last day, 2 of them by batch 1 "June".',
    ])
    const earlier = { batch: first.batch.id, calledAt: expect.any(Date), outcome: 'completed' }
    const skipped = await collect(skippedRows(ledger, second.batch.id))
    expect(skipped).toEqual([
      { line: 2, verdict: 'recent', reason: 'called', earlier, value: '+34612345678' },
      { line: 3, verdict: 'recent', reason: 'called', earlier, value: '+34612345679' },
    ])
    expect(skipped[0]?.earlier?.calledAt?.getTime()).toBeGreaterThanOrEqual(calledAt.getTime())
    await call(rig, second.batch.id)
    expect(rig.port.requests.map(({ to_number }) => to_number).sort()).toEqual([
      '+34612345670',
      '+34612345678',
      '+34612345679',
    ])
  })

  test('is the batch that exists, with its estimate and its warnings', async () => {
    const rig = await createRig()
    const { ledger } = rig
    await plan(ledger, ana)
    const first = await plan(ledger, ana + luis + eva)
    const again = await plan(ledger, ana + luis + eva)
    expect(again).toMatchObject({ existing: true, batch: first.batch, estimate: first.estimate })
    const why =
      '1 row is left out because its number waits to be called, 1 of them in batch 1: if this list replaces that batch, cancel the batch, then plan this list again under another name.'
    expect(first.warnings).toEqual([why])
    expect(again.warnings).toEqual([
      why,
      'This plan was made before, as batch 2, and adds nobody to it: to call those who were left out then, plan the list under another name.',
    ])
    await call(rig, first.batch.id)
    expect((await plan(ledger, ana + luis + eva)).estimate.calls).toBe(2)
  })

  test('as the warning advises, calls the people who were left out, and nobody twice', async () => {
    const rig = await createRig()
    const { ledger } = rig
    const wrong = await plan(ledger, ana + luis)
    const list = `612345678,Anna\n${luis}${eva}`
    await plan(ledger, list)
    await ledger.cancel(wrong.batch.id)
    const { batch } = await plan(ledger, list, { name: 'corrected' })
    expect(batch.rows).toMatchObject({ planned: 2, recent: 1 })
    for (const { id, state } of await ledger.batches()) if (state === 'paused') await call(rig, id)
    expect(rig.port.requests.map(({ dynamic_variables: { name } }) => name).sort()).toEqual([
      'Anna',
      'Eva',
      'Luis',
    ])
  })

  test.each<[Partial<PlanOptions>, number]>([
    [{ recent: { days: 2 } }, 0],
    [{}, 1],
    [{ recent: false }, 1],
    [{ recent: 0 }, 1],
    [{ purpose: 'requested' }, 1],
    [{ purpose: 'commercial', window: 'Mon-Fri 09:00-21:00', holidays: true }, 0],
  ])('a day later, with %j, plans %i', async (options, planned) => {
    const rig = await createRig()
    const { ledger, clock } = rig
    await call(rig, (await plan(ledger, ana)).batch.id)
    await clock.advance(day)
    const consent_at = new Date(clock.now() - day).toISOString()
    const leads = { rows: [{ phone: '612345678', name: 'Ana', consent_at }] }
    const { batch } = await plan(ledger, '', { name: 'again', ...options, leads })
    expect(batch.rows).toMatchObject({ planned, recent: 1 - planned })
  })

  test('the warning says so if a call is in doubt', async () => {
    const rig = await createRig()
    rig.port.deed = () => 'lost_unmade'
    const { batch } = await plan(rig.ledger, ana)
    await call(rig, batch.id)
    expect(await rig.states(batch.id)).toEqual({ held: 1 })
    expect((await plan(rig.ledger, ana + luis)).warnings).toEqual([
      '1 row is left out because its number was called, or may have been called, in the last day, 1 of them by batch 1.',
    ])
  })

  test('the warning names the three batches with the most calls', async () => {
    const rig = await createRig()
    const { ledger } = rig
    const rows = (from: number, to: number): string =>
      Array.from({ length: to - from }, (_, n) => `6000000${String(from + n).padStart(2, '0')},x\n`).join('')
    for (const [from, to] of [
      [0, 1],
      [1, 4],
      [4, 6],
      [6, 7],
    ] as const)
      await plan(ledger, rows(from, to))
    await Promise.all((await ledger.batches()).map(({ id }) => ledger.resume(id)))
    await rig.clock.run(rig.dialer({ limits: { maxConcurrent: 9 } }).run())
    expect((await plan(ledger, rows(0, 9), { recent: { days: 30 } })).warnings).toEqual([
      '7 rows are left out because their numbers were called in the last 30 days, 3 of them by batch 2, 2 by batch 3, 1 by batch 1 ….',
    ])
  })
})

test('a report names the batch of the earlier call, its time and its outcome', async () => {
  const rig = await createRig()
  await call(rig, (await plan(rig.ledger, ana)).batch.id)
  const { batch } = await plan(rig.ledger, ana + luis, { name: 'second' })
  const lines = await collect(rig.dialer().report(batch.id, { format: 'ndjson' }))
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({
    line: 2,
    state: 'recent',
    why: 'called: batch 1',
    calls: 0,
    outcome: 'completed',
    called_at: expect.any(String),
  })
})

test('rows that repeat a number with other variables are warned of and listed', async () => {
  const { ledger } = await createRig()
  const { batch, warnings } = await plan(ledger, `${ana}612345678,Anna\n${luis}${luis}612345679,Luisa\n`)
  expect(batch.rows).toMatchObject({ planned: 2, duplicate: 3 })
  expect(warnings).toEqual([
    '2 rows repeat a number with other variables: only the first row of each number is called.',
  ])
  const skipped = await collect(skippedRows(ledger, batch.id))
  expect(skipped.map(({ line, reason }) => [line, reason])).toEqual([
    [3, 'other_variables'],
    [5, undefined],
    [6, 'other_variables'],
  ])
  expect((await plan(ledger, eva + eva)).warnings).toEqual([])
})

test('for any lists planned one after another, no number is called twice within the time, and no row is lost', {
  timeout: 120_000,
}, async () => {
  const rowArbitrary = fc.record({ person: fc.nat(7), name: fc.constantFrom('Ana', 'Eva', '') })
  const listArbitrary = fc.record({
    rows: fc.array(rowArbitrary, { maxLength: 10 }),
    /** How many rows of the list before are repeated at the top, one of them corrected. */
    repeated: fc.nat(10),
    waitHours: fc.constantFrom(0, 1, 20, 24, 30),
    isCalled: fc.boolean(),
    suppressed: fc.option(fc.nat(7)),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(listArbitrary, { minLength: 2, maxLength: 5 }), async (lists) => {
      const rig = await createRig()
      const { ledger, clock } = rig
      let before: { person: number; name: string }[] = []
      for (const { rows, repeated, waitHours, isCalled, suppressed } of lists) {
        if (suppressed !== null) await ledger.suppress([`+3460000000${suppressed}`], 'a list')
        const corrected = before
          .slice(0, repeated)
          .map((row, n) => (n === 0 ? { ...row, name: 'corrected' } : row))
        before = [...corrected, ...rows]
        const csv = [...before.map(({ person, name }) => `60000000${person},${name}`), 'x,y'].join('\n')
        const { batch } = await plan(ledger, csv, { retries: {} })
        const counts = Object.values(batch.rows)
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(before.length + 1)
        expect(await collect(skippedRows(ledger, batch.id))).toHaveLength(
          before.length + 1 - batch.rows.planned,
        )
        if (isCalled) await call(rig, batch.id)
        await clock.advance(waitHours * 3_600_000)
      }
      // Everybody who still waits is called at last.
      for (const { id } of await ledger.batches()) await call(rig, id)
      const byNumber = Map.groupBy(rig.port.requests, ({ to_number }) => to_number)
      for (const requests of byNumber.values()) {
        requests.forEach(({ at }, index) => {
          expect(at - (requests[index - 1]?.at ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(day)
        })
      }
      // Somebody who was suppressed after the plan is cancelled; everybody else who was planned was called.
      for (const { id } of await ledger.batches()) {
        const { leads, rows } = await ledger.status(id)
        expect(leads.done + leads.cancelled).toBe(rows.planned)
      }
    }),
    { numRuns: Number(process.env['DIGAME_RUNS'] ?? 60) },
  )
})

test('for any outcomes and batches, two calls to a number are the gap apart', {
  timeout: 120_000,
}, async () => {
  const outcome = fc.constantFrom('no_answer' as const, 'failed' as const, 'completed' as const)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }),
      fc.array(outcome, { minLength: 1, maxLength: 9 }),
      fc.constantFrom(0, 30_000, 150_000),
      async (lists, outcomes, minimumGap) => {
        const rig = await createRig()
        const { ledger, clock, dialer, port } = rig
        let made = 0
        port.deed = () => outcomes[made++ % outcomes.length] ?? 'completed'
        for (const [index, people] of lists.entries()) {
          const { batch } = await plan(ledger, people.map((person) => `60000000${person},Ana\n`).join(''), {
            name: `list ${index}`,
            recent: false,
            minimumGap,
            callsPerDay: 99,
            retries: { no_answer: [60_000], failed: [60_000] },
          })
          await ledger.resume(batch.id)
        }
        expect(await clock.run(dialer({ limits: { maxConcurrent: 3, pollMs: 5000 } }).run())).toBe('done')
        for (const calls of Map.groupBy(port.calls, ({ to }) => to).values()) {
          calls.forEach(({ at }, index) => {
            const before = calls[index - 1]
            if (before) expect(at - (before.at + port.lifeMs)).toBeGreaterThanOrEqual(minimumGap)
          })
        }
      },
    ),
    { numRuns: Number(process.env['DIGAME_RUNS'] ?? 30) },
  )
})
