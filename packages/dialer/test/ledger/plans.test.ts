import { beforeEach, describe, expect, test } from 'vitest'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { claim, collect, numberOf, plan, rowOf } from './support/batches.ts'
import { type Store, stores } from './support/stores.ts'

describe.each(stores)('a plan on $name', ({ create }) => {
  let store: Store
  let ledger: Ledger

  beforeEach(async () => {
    store = await create()
    ledger = await store.open()
  })

  const batch = {
    hash: 'abc',
    from_number: '+34910000000',
    agent_version_id: 'agent',
    name: 'Autumn',
    limits: { tries: 3, callsPerDay: 2, budgetCalls: 100, budgetMinutes: undefined },
    rules: { purpose: 'service' },
    calendars: { always: { zone: 'Europe/Madrid' } },
  }

  test('gives every row one verdict and keeps the rows that are not called', async () => {
    await ledger.suppress([numberOf(3)], 'list')
    const writer = await ledger.beginPlan({ suppression: true })
    expect(await writer.add([rowOf(1), { ...rowOf(2), key: 'two' }, { ...rowOf(3), line: 3 }])).toEqual([
      'planned',
      'planned',
      'suppressed',
    ])
    const twice = { ...rowOf(5), line: 6 }
    expect(await writer.add([rowOf(5), twice, { ...rowOf(1), line: 7, key: 'again' }])).toEqual([
      'planned',
      'duplicate',
      'duplicate',
    ])
    await writer.reject([{ line: 4, reason: 'FOREIGN', key: 'four', value: '+33 1' }])
    expect(await writer.commit(batch)).toMatchObject({
      existing: false,
      batch: {
        ...batch,
        state: 'paused',
        suppression: true,
        rows: { planned: 3, duplicate: 2, suppressed: 1, recent: 0, rejected: 1 },
      },
    })
    const [{ id } = { id: 0 }] = await ledger.batches()
    expect(await collect(ledger.skipped(id))).toEqual([
      { line: 3, verdict: 'suppressed', reason: undefined, key: undefined, value: numberOf(3) },
      { line: 6, verdict: 'duplicate', reason: undefined, key: undefined, value: numberOf(5) },
      { line: 7, verdict: 'duplicate', reason: undefined, key: 'again', value: numberOf(1) },
      { line: 4, verdict: 'rejected', reason: 'FOREIGN', key: 'four', value: '+33 1' },
    ])
    expect(await collect(ledger.leads(id))).toMatchObject([
      { line: 1, number: numberOf(1), state: 'ready', variables: { name: 'Somebody 1' }, attempts: [] },
      { line: 2, key: 'two' },
      { line: 5 },
    ])
  })

  test('is invisible until it is committed', async () => {
    const writer = await ledger.beginPlan({ suppression: false })
    await writer.add([rowOf(1)])
    expect(await ledger.batches()).toEqual([])
    expect(await claim(ledger, await ledger.join())).toEqual([])
    await writer.abort()
    await expect(writer.add([rowOf(2)])).rejects.toMatchObject({ code: 'PLAN_ENDED' })
    expect(await store.sql('select * from lead')).toEqual([])
  })

  test('with a known hash returns that batch, and plans nothing again', async () => {
    const { id } = await plan(ledger, 2, { hash: 'same' })
    const writer = await ledger.beginPlan({ suppression: false })
    await writer.add([rowOf(1), rowOf(3)])
    expect(await writer.commit({ ...batch, hash: 'same' })).toMatchObject({ existing: true, batch: { id } })
    expect(await store.sql('select * from lead')).toHaveLength(2)
    expect(await ledger.batches()).toHaveLength(1)
  })

  test('is dropped after its writer died, not while it writes', async () => {
    const [dead, alive] = [
      await ledger.beginPlan({ suppression: false }),
      await ledger.beginPlan({ suppression: false }),
    ]
    await dead.add([rowOf(1)])
    await store.advance(3_599_999)
    await alive.add([rowOf(2)])
    await store.advance(2)
    await plan(ledger, 1, { hash: 'next' })
    await expect(dead.add([rowOf(3)])).rejects.toMatchObject({ code: 'PLAN_ENDED' })
    expect((await alive.commit({ ...batch, hash: 'alive' })).batch.rows.planned).toBe(1)
  })

  test('refuses a row whose calendar it does not have', async () => {
    const writer = await ledger.beginPlan({ suppression: false })
    await writer.add([rowOf(1), rowOf(2, { calendar: 'nowhere' })])
    await expect(writer.commit(batch)).rejects.toMatchObject({
      code: 'CALENDAR_UNKNOWN',
      message: expect.stringContaining('Line 2'),
    })
    expect(await ledger.batches()).toEqual([])
  })

  test('of many rows is read back in order, page by page', async () => {
    await plan(ledger, 3, { hash: 'other' })
    const rows = Array.from({ length: 2_345 }, (_, n) =>
      rowOf(n + 1, { variables: { note: 'ñ "quoted"\n\u0000😀' } }),
    )
    const writer = await ledger.beginPlan({ suppression: false })
    for (let from = 0; from < rows.length; from += 1_000) await writer.add(rows.slice(from, from + 1_000))
    await writer.reject(rows.map(({ line }) => ({ line, reason: 'x' })))
    const { batch: made } = await writer.commit(batch)
    const read = await collect(ledger.leads(made.id))
    expect(read.map((lead) => lead.line)).toEqual(rows.map((row) => row.line))
    expect(read[2_000]?.variables).toEqual({ note: 'ñ "quoted"\n\u0000😀' })
    expect(await collect(ledger.skipped(made.id))).toHaveLength(rows.length)
  })

  test('notifies listeners of changes', async () => {
    const { id } = await plan(ledger, 1)
    const notified = Promise.withResolvers<void>()
    const stop = ledger.onChange(() => notified.resolve())
    await ledger.resume(id)
    await notified.promise
    stop()
  })

  test('that was damaged in the store is refused, and the message names the column', async () => {
    const { id } = await plan(ledger, 1)
    await store.sql('update batch set from_number = null')
    await expect(ledger.status(id)).rejects.toMatchObject({
      name: 'DialerLedgerError',
      code: 'DAMAGED',
      message: expect.stringContaining('column from_number should hold text'),
    })
  })

  test('refuses a batch that does not exist', async () => {
    for (const ask of [
      () => ledger.status(9),
      () => ledger.resume(9),
      () => ledger.pause(9),
      () => ledger.cancel(9),
    ]) {
      await expect(ask()).rejects.toMatchObject({
        code: 'BATCH_UNKNOWN',
        message: 'There is no batch 9 in this ledger',
      })
    }
  })
})
