import { copyFile } from 'node:fs/promises'
import { DialerFencedError, type Ledger, openSqliteLedger, type Runner } from '@digame/dialer'
import { expect, onTestFinished, test } from 'vitest'
import { createRig, numberOf } from './support/rig.ts'

test('an old copy of a ledger is refused, and is halted by the calls that it has forgotten', async () => {
  const { clock, port, ledger, path, dialer, plan, events } = await createRig()
  await plan({ count: 3 })
  await copyFile(path, `${path}.old`)
  await copyFile(`${path}-wal`, `${path}.old-wal`).catch(() => {})
  await clock.run(dialer().run())
  expect(port.calls).toHaveLength(3)
  await clock.advance(60_000)

  const old = await openSqliteLedger(`${path}.old`, { now: clock.now })
  await expect(dialer({ ledger: old }).run()).rejects.toMatchObject({ code: 'ELSEWHERE' })
  // A person adopts it without having looked.
  await old.adopt()
  expect(await clock.run(dialer({ ledger: old }).run())).toBe('halted')
  expect(port.requests).toHaveLength(3)
  expect(events.filter(({ type }) => type === 'halted')).toHaveLength(1)
  expect(await old.alarms()).toMatchObject(port.calls.map(({ id }) => ({ kind: 'unknown_call', callId: id })))
  await expect(dialer({ ledger: old }).run()).rejects.toMatchObject({ code: 'HALTED' })
  await old.close()
  expect(await ledger.halted()).toBeUndefined()
})

test('an incomplete listing places nothing until it is complete', async () => {
  const { clock, port, dialer, plan, events } = await createRig()
  await plan()
  port.broken.add('list')
  const run = dialer().run()
  await clock.until(() => events.filter(({ type }) => type === 'unchecked').length === 3)
  expect(port.requests).toEqual([])
  port.broken.delete('list')
  expect(await clock.run(run)).toBe('done')
  expect(port.requests).toHaveLength(1)
})

test('a call of another ledger on the same account is ignored', async () => {
  const { clock, port, dialer, plan } = await createRig()
  await plan()
  port.calls.push({
    id: 'other',
    key: `${crypto.randomUUID()}.${crypto.randomUUID()}`,
    to: numberOf(9),
    from: '+34910000001',
    at: clock.now(),
    outcome: 'completed',
    variables: {},
  })
  expect(await clock.run(dialer().run())).toBe('done')
})

test('attempts of a dead runner are looked up and followed, after another comparison with the service', async () => {
  const { clock, port, ledger, dialer, plan, states, events } = await createRig()
  const batch = await plan({ count: 3 })
  // A runner claims three, places two of them, records one, and dies.
  const dead = await ledger.join()
  const calendars = [
    { key: (await ledger.batches())[0]?.calendars, dayStart: 0, dayEnd: Number.MAX_SAFE_INTEGER },
  ]
  const key = Object.keys(calendars[0]?.key ?? {})[0] ?? ''
  const claimed = await dead.claim({
    calendars: [{ key, dayStart: 0, dayEnd: Number.MAX_SAFE_INTEGER }],
    slots: 3,
    limit: 3,
  })
  for (const { number, idempotencyKey } of claimed.slice(0, 2)) {
    const options = { idempotencyKey, notAfter: new Date(), signal: new AbortController().signal }
    await port.place({ from_number: '+34910000001', to_number: number, dynamic_variables: {} }, options)
  }
  await ledger.placed(claimed[0]?.id ?? '', { callId: port.calls[0]?.id ?? '' })
  await dead.leave()

  await clock.run(dialer({ limits: { maxConcurrent: 3 } }).run())
  expect(port.requests).toHaveLength(2)
  expect(await states(batch)).toEqual({ done: 2, held: 1 })
  expect(events).toContainEqual({ type: 'taken_over', attempts: 3 })
  expect(events).toContainEqual({ type: 'checked', calls: 2 })
})

/** A ledger whose runner loses its lease at some point. */
function losing(ledger: Ledger, isLost: () => boolean): Ledger {
  const fenced = (runner: Runner): Runner =>
    new Proxy(runner, {
      get: (target, name: keyof Runner) =>
        name === 'id' || name === 'leave' || !isLost()
          ? target[name]
          : () => Promise.reject(new DialerFencedError()),
    })
  let joins = 0
  return new Proxy(ledger, {
    get: (target, name: keyof Ledger) =>
      name === 'join'
        ? async () => {
            const runner = await target.join()
            return joins++ === 0 ? fenced(runner) : runner
          }
        : target[name],
  })
}

test('a runner that lost its lease places nothing more, records what it knows, and joins again', async () => {
  const { clock, port, ledger, dialer, plan, states, events } = await createRig()
  const batch = await plan({ count: 4 })
  let isLost = false
  let runner: Runner | undefined
  const mine = losing(ledger, () => isLost)
  // A lapsed lease ends by itself; SQLite's lock must be released.
  const joined = new Proxy(mine, {
    get: (target, name: keyof Ledger) =>
      name === 'join'
        ? async () => {
            await runner?.leave()
            runner = await target.join()
            return runner
          }
        : target[name],
  })
  port.deed = (_, no) => {
    if (isLost || no > 1) return 'completed'
    return async () => {
      isLost = true
      await new Promise<void>((resolve) => clock.after(7000, resolve))
      return { placed: 'no', reason: 'lead_refused', code: 'NO' }
    }
  }
  const run = dialer({ ledger: joined, limits: { maxConcurrent: 1 } }).run()
  expect(await clock.run(run)).toBe('done')
  const types = events.map(({ type }) => type)
  expect(types.filter((type) => type === 'joined')).toHaveLength(2)
  const fencedAt = types.indexOf('fenced')
  expect(types.indexOf('refused')).toBeGreaterThan(fencedAt)
  expect(types.slice(fencedAt, types.lastIndexOf('joined'))).not.toContain('sending')
  expect(await states(batch)).toEqual({ done: 4 })
  expect(port.requests).toHaveLength(4)
})

test('facts are recorded as soon as the store works again', async () => {
  const { clock, ledger, port, dialer, plan, states, events } = await createRig()
  const batch = await plan()
  let failures = 0
  const shaky = new Proxy(ledger, {
    get: (target, name: keyof Ledger) =>
      (name === 'placed' || name === 'ended') && failures++ < 4
        ? () => Promise.reject(new Error('the connection is gone'))
        : target[name],
  })
  expect(await clock.run(dialer({ ledger: shaky }).run())).toBe('done')
  expect(port.requests).toHaveLength(1)
  expect(events.filter(({ type }) => type === 'ledger_trouble')).toHaveLength(4)
  expect(await states(batch)).toEqual({ done: 1 })
})

test('a call that cannot be polled for longer than a call may last gives its slot back', async () => {
  const { clock, port, dialer, plan, leads } = await createRig({ maxCallMs: 600_000 })
  const batch = await plan({ count: 2 })
  port.broken.add('get')
  const run = dialer().run()
  await clock.until(() => port.calls.length === 2)
  port.broken.delete('get')
  expect(await clock.run(run)).toBe('done')
  const [first, second] = port.calls
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(600_000)
  expect((await leads(batch))[0]).toMatchObject({
    state: 'done',
    attempts: [{ outcome: 'other', why: 'lost_sight' }],
  })
})

test('the more calls are followed, the less often each is polled', async () => {
  const { clock, port, dialer, plan } = await createRig()
  await plan({ count: 200 })
  await clock.run(dialer({ limits: { maxConcurrent: 200, pollMs: 100 } }).run())
  expect(port.calls).toHaveLength(200)
  expect(port.reads / 30).toBeLessThan(130)
})

test('a poll without a response is repeated', async () => {
  const { clock, port, dialer, plan, states } = await createRig()
  const batch = await plan()
  const get = port.get
  let asked = 0
  port.get = (callId, options) => (++asked === 1 ? new Promise(() => {}) : get(callId, options))
  expect(await clock.run(dialer().run())).toBe('done')
  expect(await states(batch)).toEqual({ done: 1 })
})

test('a listing that never ends places nothing, and does not keep the run from ending', async () => {
  const { clock, port, dialer, plan, events } = await createRig()
  await plan()
  port.list = async function* () {
    await new Promise(() => {})
  }
  const stop = new AbortController()
  const run = dialer().run({ signal: stop.signal })
  await clock.until(() => events.some(({ type }) => type === 'unchecked'))
  stop.abort()
  expect(await clock.run(run)).toBe('aborted')
  expect(port.requests).toEqual([])
})

/** An old copy of a ledger that a person has adopted. Three people were called since, an hour apart. */
async function createForgetfulRig() {
  const rig = await createRig()
  const { clock, port, path, dialer, plan } = rig
  await plan({ count: 3 })
  await copyFile(path, `${path}.old`)
  await copyFile(`${path}-wal`, `${path}.old-wal`).catch(() => {})
  await clock.run(dialer({ limits: { callsPerMinute: 1 } }).run())
  port.calls.forEach((call, index) => {
    Object.assign(call, { at: call.at + index * 3_600_000 })
  })
  clock.freeze(4 * 3_600_000)
  const old = await openSqliteLedger(`${path}.old`, { now: clock.now })
  onTestFinished(() => old.close())
  await old.adopt()
  return { ...rig, old }
}

test('a start that fails while it imports forgotten calls has already halted the ledger', async () => {
  const { clock, port, dialer, old } = await createForgetfulRig()
  let imports = 0
  const failing: Ledger = {
    ...old,
    importCall: async (call) => {
      if (++imports > 1) throw new Error('the disk is full')
      await old.importCall(call)
    },
  }
  const run = dialer({ ledger: failing }).run({ signal: AbortSignal.timeout(60_000) })
  await clock.run(run)
  expect(await old.halted()).toContain("3 of this ledger's calls")
  await expect(dialer({ ledger: old }).run()).rejects.toMatchObject({ code: 'HALTED' })
  // The oldest call was imported first, so the next comparison starts there and finds the rest.
  await old.adopt()
  expect(await clock.run(dialer({ ledger: old }).run())).toBe('halted')
  expect(new Set((await old.alarms()).map(({ callId }) => callId))).toEqual(
    new Set(port.calls.map(({ id }) => id)),
  )
  await old.adopt()
  await clock.run(dialer({ ledger: old }).run())
  expect(port.requests).toHaveLength(3)
})

test('the reason of a halt counts forgotten calls without a number', async () => {
  const { clock, port, dialer, old } = await createForgetfulRig()
  const { list } = port
  port.list = async function* (options) {
    for await (const { to_number: _, ...call } of list(options)) yield call
  }
  expect(await clock.run(dialer({ ledger: old }).run())).toBe('halted')
  expect(await old.halted()).toContain('3 of them name no number')
})

test('nothing is placed after the clock was set back', async () => {
  const { clock, port, dialer, plan } = await createRig()
  await plan({ count: 1 })
  await clock.run(dialer().run())
  await plan({ numbers: [numberOf(5)] })
  clock.step(-3_600_000)
  await expect(dialer().run()).rejects.toMatchObject({ code: 'CLOCK_WENT_BACK' })
  clock.step(3_600_000)
  expect(await clock.run(dialer().run())).toBe('done')
  expect(port.requests).toHaveLength(2)
})

test('calls of the quarter of an hour before the newest attempt are compared too', async () => {
  const { clock, port, ledger, dialer, plan } = await createRig()
  await plan({ count: 1 })
  await clock.run(dialer().run())
  const [made] = port.calls
  port.calls.unshift({
    ...(made as NonNullable<typeof made>),
    id: 'forgotten',
    key: `${ledger.id}.${crypto.randomUUID()}`,
    at: (made?.at ?? 0) - 600_000,
  })
  await plan({ numbers: [numberOf(5)] })
  expect(await clock.run(dialer().run())).toBe('halted')
  expect(port.requests).toHaveLength(1)
})

test("hours follow the ledger's clock, not the machine's", async () => {
  const { clock, port, ledger, dialer, plan, events } = await createRig()
  await plan({ rules: { window: 'Mon-Sun 10:00-16:00' } })
  const halfADay = 12 * 3_600_000
  const right: Ledger = { ...ledger, now: async () => (await ledger.now()) + halfADay }
  const controller = new AbortController()
  const run = dialer({ ledger: right }).run({ signal: controller.signal })
  await clock.until(() => events.some(({ type }) => type === 'waiting'))
  await clock.advance(10_000)
  expect(port.requests).toEqual([])
  controller.abort()
  expect(await clock.run(run)).toBe('aborted')
})

test('after a takeover nothing is placed before another comparison with the service', async () => {
  const { clock, port, ledger, dialer, plan } = await createRig()
  await plan({ count: 3 })
  let isDead = false
  const shared: Ledger = {
    ...ledger,
    async join() {
      const runner = await ledger.join()
      return {
        ...runner,
        async takeover(sending) {
          const taken = await runner.takeover(sending)
          const [made] = port.calls
          if (!made || isDead) return taken
          isDead = true
          port.calls.unshift({ ...made, id: 'forgotten', key: `${ledger.id}.${crypto.randomUUID()}` })
          const left = {
            id: 'left',
            state: 'unknown',
            idempotencyKey: 'left',
            number: numberOf(7),
            claimedAt: 0,
          }
          return [...taken, left as Awaited<ReturnType<Runner['takeover']>>[number]]
        },
      }
    },
  }
  expect(await clock.run(dialer({ ledger: shared }).run())).toBe('halted')
  expect(port.requests).toHaveLength(1)
})
