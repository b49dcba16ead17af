import { expect, test } from 'vitest'
import { createRig, type Rig } from './support/rig.ts'

/** A rig with `count` held attempts: their requests made no call, and their responses were lost. */
async function heldRig(count: number): Promise<Rig & { batch: number }> {
  const rig = await createRig()
  const { clock, port, plan, dialer } = rig
  port.deed = () => 'lost_unmade'
  const batch = await plan({ count })
  await clock.run(dialer({ limits: { maxConcurrent: count } }).run())
  port.deed = () => 'completed'
  return { ...rig, batch }
}

const list = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

test('held attempts are looked up again and listed with their evidence', async () => {
  const { ledger, dialer, batch, events } = await heldRig(1)
  const [attempt] = await ledger.held()
  const { leaseMs, requestMs, settleMs } = ledger.times
  expect(await list(dialer().reconcile({ batch }))).toEqual([
    {
      attempt: attempt?.id,
      batch,
      lead: 1,
      number: '+346******00',
      why: 'absent',
      claimedAt: new Date(attempt?.claimedAt ?? 0),
      evidence: expect.objectContaining({ result: 'absent', candidates: [] }),
      now: 'absent',
      callId: undefined,
      candidates: [],
      reason: undefined,
      settleFrom: new Date((attempt?.claimedAt ?? 0) + leaseMs + requestMs + settleMs),
    },
  ])
  expect(events.filter(({ type }) => type === 'held')).toHaveLength(1)
})

test('a call that is found now is recorded, whatever the person states', async () => {
  const { clock, port, ledger, dialer, plan, states } = await createRig()
  port.deed = () => 'lost'
  port.broken.add('find')
  const batch = await plan()
  await clock.run(dialer().run())
  port.broken.delete('find')
  const [held] = await ledger.held()
  expect(await dialer().settle(held?.id ?? '', 'not_called')).toBe('placed')
  expect(await clock.run(dialer().run())).toBe('done')
  expect(port.requests).toHaveLength(1)
  expect(await states(batch)).toEqual({ done: 1 })
})

test('an attempt cannot be settled while its sender may still send it', async () => {
  const { clock, ledger, dialer } = await heldRig(1)
  const [held] = await ledger.held()
  const { leaseMs, requestMs, settleMs } = ledger.times
  const wait = (held?.claimedAt ?? 0) + leaseMs + requestMs + settleMs - clock.now()
  clock.freeze(wait - 1)
  await expect(dialer().settle(held?.id ?? '', 'not_called')).rejects.toMatchObject({ code: 'TOO_EARLY' })
  expect(await dialer().settleAbsent()).toEqual({ returned: 0, placed: 0, left: 1 })
  clock.freeze(1)
  expect(await dialer().settle(held?.id ?? '', 'not_called')).toBe('returned')
})

test('a look-up that began while its sender could still send it settles nothing', async () => {
  const { clock, port, ledger, dialer } = await heldRig(1)
  const [held] = await ledger.held()
  const { leaseMs, requestMs, settleMs } = ledger.times
  clock.freeze((held?.claimedAt ?? 0) + leaseMs + requestMs + settleMs - 1000 - clock.now())
  const { find } = port
  port.find = async (query) => {
    clock.freeze(60_000)
    return find(query)
  }
  await expect(dialer().settle(held?.id ?? '', 'not_called')).rejects.toMatchObject({ code: 'TOO_EARLY' })
  expect(await ledger.held()).toHaveLength(1)
})

test('an attempt from before the clock was set back cannot be looked up', async () => {
  const { clock, ledger, dialer } = await heldRig(1)
  clock.freeze(600_000)
  clock.step(-3_600_000)
  expect(await dialer().settleAbsent()).toEqual({ returned: 0, placed: 0, left: 1 })
  const [shown] = await list(dialer().reconcile())
  expect(shown).toMatchObject({ now: 'unknown', reason: expect.stringContaining('set back') })
  expect(await ledger.held()).toHaveLength(1)
})

test('a lead that a person settles as not called is called again, and its lost try does not count', async () => {
  const { clock, port, ledger, dialer, batch, leads } = await heldRig(1)
  clock.freeze(600_000)
  expect(await dialer().settleAbsent()).toEqual({ returned: 1, placed: 0, left: 0 })
  expect(await clock.run(dialer().run())).toBe('done')
  expect(port.calls).toHaveLength(1)
  expect((await leads(batch))[0]).toMatchObject({ state: 'done', tries: 1 })
  expect((await ledger.status(batch)).spent.calls).toBe(1)
})

test('settling in bulk leaves every attempt whose call may exist', async () => {
  const { clock, port, ledger, dialer } = await heldRig(3)
  clock.freeze(600_000)
  const [first, second] = await ledger.held()
  const find = port.find
  port.find = async (query) => {
    if (query.idempotencyKey === first?.idempotencyKey)
      return { result: 'unknown', reason: 'list_failed', candidates: [] }
    const candidate = { id: 'x', status: 'completed', hasEnded: true, createdAt: new Date() }
    if (query.idempotencyKey === second?.idempotencyKey) return { result: 'absent', candidates: [candidate] }
    return find(query)
  }
  expect(await dialer().settleAbsent()).toEqual({ returned: 1, placed: 0, left: 2 })
  expect((await ledger.held()).map(({ id }) => id)).toEqual([first?.id, second?.id])
})

test('a person may name the call, but not one to somebody else', async () => {
  const { clock, port, ledger, dialer, plan } = await createRig()
  port.deed = ({ to_number }) => (to_number.endsWith('0') ? 'lost' : 'completed')
  port.broken.add('find')
  await plan({ count: 2 })
  await clock.run(dialer({ limits: { maxConcurrent: 2 } }).run())
  const [held] = await ledger.held()
  const mine = port.calls.find(({ key }) => key === held?.idempotencyKey)
  const other = port.calls.find(({ key }) => key !== held?.idempotencyKey)
  await expect(dialer().settle(held?.id ?? '', { callId: other?.id ?? '' })).rejects.toMatchObject({
    code: 'NOT_THIS_CALL',
  })
  expect(await dialer().settle(held?.id ?? '', { callId: mine?.id ?? '' })).toBe('placed')
  await expect(dialer().settle(held?.id ?? '', 'not_called')).rejects.toMatchObject({ code: 'NOT_HELD' })
})
