import type { RunEnd } from '@digame/dialer'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRig, numberOf, type Rig } from './support/rig.ts'
import { createService, type Service } from './support/service.ts'

const count = 5
const everybody = Array.from({ length: count }, (_, index) => numberOf(index))
const code = 'NON_SPANISH_PHONE_NUMBER'

/** Bodies that stand-ins for the service send. */
const shapes = {
  'the body of the API': JSON.stringify({ status: 'error', error_code: code, message: 'no' }),
  'the body of a 422': JSON.stringify({ detail: [{ loc: ['body', 'to_number'], msg: 'no', type: 'value' }] }),
  HTML: '<html><body><h1>Payment Required</h1></body></html>',
  'an empty body': '',
  'JSON of another shape': JSON.stringify({ error: { code, reason: 'to_number' } }),
  'a list as JSON': JSON.stringify([{ error_code: code }]),
} as const
type Shape = keyof typeof shapes

const isShape = (name: string): name is Shape => Object.hasOwn(shapes, name)
const shapeNames = Object.keys(shapes).filter(isShape)

/** The statuses that are known to be no call, except 429, which is tried again later. */
const statuses = [
  307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 412, 413, 414, 415, 417, 421, 422, 426, 428,
  431,
]

const aboutLead = new Set<string>([`400 ${shapeNames[0]}`, `422 ${shapeNames[1]}`])

const respond = (status: number, shape: Shape): Response => new Response(shapes[shape], { status })

interface ServiceRig extends Rig {
  readonly service: Service
  readonly run: (limits?: { maxConcurrent: number }) => Promise<RunEnd>
}

async function createServiceRig(): Promise<ServiceRig> {
  const rig = await createRig()
  const service = createService(rig.clock)
  const run = (limits = { maxConcurrent: 1 }): Promise<RunEnd> =>
    rig.clock.run(rig.dialer({ port: service.port, limits }).run())
  return { ...rig, service, run }
}

describe('while every call is refused', () => {
  test.each(statuses.flatMap((status) => shapeNames.map((shape) => [status, shape] as const)))(
    'with %i and %s, nobody is lost, and everybody is called once it is repaired',
    async (status, shape) => {
      const { service, run, ledger, plan, leads, events } = await createServiceRig()
      const batch = await plan({ count, limits: { tries: 1, callsPerDay: 1, budgetCalls: count } })
      service.refuse = () => respond(status, shape)

      expect(await run()).toBe('stopped')
      expect(service.requests).toHaveLength(aboutLead.has(`${status} ${shape}`) ? 3 : 1)
      const states = (await leads(batch)).map(({ state, tries }) => ({ state, tries }))
      expect(states).toEqual(everybody.map(() => ({ state: 'ready', tries: 0 })))
      const why = expect.stringContaining(String(status))
      const advice = expect.stringContaining('Then resume the batch')
      expect(await ledger.status(batch)).toMatchObject({
        state: 'stopped',
        why,
        advice,
        spent: { calls: 0 },
      })
      expect(events).toContainEqual({ type: 'stopped', batch, why, advice })

      service.refuse = () => undefined
      await ledger.resume(batch)
      expect(await run()).toBe('done')
      expect(service.called.toSorted()).toEqual(everybody)
      expect((await ledger.status(batch)).leads).toMatchObject({ done: count, ready: 0 })
    },
  )

  test('requests that are already under way are refused too, and their leads are given back', async () => {
    const { service, run, ledger, plan, states, events } = await createServiceRig()
    const batch = await plan({ count: 9 })
    service.refuse = () => respond(402, 'HTML')
    expect(await run({ maxConcurrent: 4 })).toBe('stopped')
    expect(service.requests).toHaveLength(4)
    expect(await states(batch)).toEqual({ ready: 9 })
    expect(events.filter(({ type }) => type === 'stopped')).toHaveLength(1)

    service.refuse = () => undefined
    await ledger.resume(batch)
    expect(await run({ maxConcurrent: 4 })).toBe('done')
    expect(new Set(service.called).size).toBe(9)
    expect(service.called).toHaveLength(9)
  })

  test('a batch that is resumed too early stops again at its first request', async () => {
    const { service, run, ledger, plan, states } = await createServiceRig()
    const batch = await plan({ count })
    for (const [shape, more] of [
      ['the body of the API', 3],
      ['the body of the API', 1],
      ['HTML', 1],
    ] as const) {
      const before = service.requests.length
      service.refuse = () => respond(400, shape)
      await ledger.resume(batch)
      expect(await run()).toBe('stopped')
      expect(service.requests.length - before).toBe(more)
      expect(await states(batch)).toEqual({ ready: count })
    }
  })

  test('only the batch that meets it stops, and a run of another one is done', async () => {
    const { service, clock, dialer, plan, ledger } = await createServiceRig()
    const first = await plan({ numbers: [numberOf(1)] })
    const second = await plan({ numbers: [numberOf(2)] })
    service.refuse = (number) => (number === numberOf(1) ? respond(403, 'HTML') : undefined)
    const run = (options = {}) => clock.run(dialer({ port: service.port }).run(options))
    expect(await run({ batch: second })).toBe('done')
    expect(await run()).toBe('stopped')
    expect(await ledger.status(first)).toMatchObject({ state: 'stopped', leads: { ready: 1 } })
    expect(await ledger.status(second)).toMatchObject({ state: 'running', leads: { done: 1 } })
    // Stopped before this run.
    expect(await run()).toBe('done')
  })
})

describe('a lead that the service refuses', () => {
  const refuseLead = () => respond(400, 'the body of the API')

  test('is done, and the others are called', async () => {
    const { service, run, plan, leads } = await createServiceRig()
    const batch = await plan({ count })
    const wrong = [numberOf(1), numberOf(2), numberOf(4)]
    service.refuse = (number) => (wrong.includes(number) ? refuseLead() : undefined)
    expect(await run()).toBe('done')
    expect(service.called).toEqual([numberOf(0), numberOf(3)])
    const refused = (await leads(batch)).filter(({ why }) => why === `lead_refused: 400 ${code}`)
    expect(refused.map(({ number, state }) => [number, state])).toEqual(wrong.map((one) => [one, 'done']))
  })

  test('together with the two before it, is given back, and is done once a call was placed and it is refused again', async () => {
    const { service, run, ledger, plan, leads, states, events } = await createServiceRig()
    const batch = await plan({ count })
    const wrong = everybody.slice(0, 3)
    service.refuse = (number) => (wrong.includes(number) ? refuseLead() : undefined)
    expect(await run()).toBe('stopped')
    expect(await states(batch)).toEqual({ ready: count })
    const decided = events.flatMap((event) => (event.type === 'decided' ? [[event.lead, event.state]] : []))
    expect(decided).toEqual([
      [1, 'done'],
      [2, 'done'],
      [1, 'ready'],
      [2, 'ready'],
      [3, 'ready'],
    ])

    await ledger.resume(batch)
    expect(await run()).toBe('done')
    expect(service.called).toEqual(everybody.slice(3))
    const refused = (await leads(batch)).filter(({ why }) => why === `lead_refused: 400 ${code}`)
    expect(refused.map(({ number, state }) => [number, state])).toEqual(wrong.map((one) => [one, 'done']))
  })

  test('is given back again if others are refused for the first time beside it', async () => {
    const { service, run, ledger, plan, states } = await createServiceRig()
    const batch = await plan({ count: 8 })
    let refused = 0
    service.refuse = () => (refused++ < 3 ? refuseLead() : undefined)
    expect(await run()).toBe('stopped')
    // The fourth lead is called, and then everybody is refused once more.
    service.refuse = (number) => (number === numberOf(3) ? undefined : refuseLead())
    await ledger.resume(batch)
    expect(await run()).toBe('stopped')
    expect(await states(batch)).toEqual({ done: 1, ready: 7 })
    service.refuse = () => undefined
    await ledger.resume(batch)
    expect(await run()).toBe('done')
    expect(service.called).toHaveLength(8)
    expect(new Set(service.called).size).toBe(8)
  })

  test('for another reason than the one before does not stop the batch', async () => {
    const { service, run, plan, states } = await createServiceRig()
    const batch = await plan({ count: 4 })
    service.refuse = (number) =>
      number === numberOf(1) || number === numberOf(3) ? respond(422, 'the body of a 422') : refuseLead()
    expect(await run()).toBe('done')
    expect(await states(batch)).toEqual({ done: 4 })
  })
})

test('a lead that was claimed before its batch stopped is not sent any more', async () => {
  const { service, clock, dialer, plan, states, events } = await createServiceRig()
  const batch = await plan({ count: 2, rules: { purpose: 'service', asksHook: true } })
  service.refuse = () => respond(401, 'HTML')
  const suppression = async (number: string): Promise<boolean> => {
    if (number === numberOf(1)) await new Promise<void>((resolve) => clock.after(2000, resolve))
    return false
  }
  const limits = { maxConcurrent: 2 }
  expect(await clock.run(dialer({ port: service.port, limits, suppression }).run())).toBe('stopped')
  expect(service.requests).toEqual([numberOf(0)])
  expect(events.filter(({ type }) => type === 'refused')).toMatchObject([
    { why: 'blocked: HTTP_401' },
    { why: 'batch_stopped' },
  ])
  expect(await states(batch)).toEqual({ ready: 2 })
})

test('a refusal that a runner recorded before it died stops the batch before the next runner sends', async () => {
  const { service, clock, ledger, run, plan, states } = await createServiceRig()
  const batch = await plan({ count: 2 })
  const runner = await ledger.join()
  const calendars = [{ key: 'always', dayStart: 0, dayEnd: clock.now() * 2 }]
  const [due] = await runner.due()
  const open = calendars.map((calendar) => ({ ...calendar, key: due?.calendar ?? '' }))
  const [claimed] = await runner.claim({ calendars: open, slots: 1, limit: 1 })
  await ledger.refused(claimed?.id ?? '', 'blocked: HTTP_402')
  await runner.leave()
  expect(await run()).toBe('stopped')
  expect(service.requests).toEqual([])
  expect(await states(batch)).toEqual({ ready: 2 })
})

test('after any responses, everybody is called once or was refused for a reason of their own', async () => {
  const response = fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: fc.constant([400, 'the body of the API'] as const) },
    { weight: 2, arbitrary: fc.constant([422, 'the body of a 422'] as const) },
    { weight: 1, arbitrary: fc.constant([429, 'HTML'] as const) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constantFrom(...statuses), fc.constantFrom(...shapeNames)),
    },
  )
  const scenario = fc.record({
    responses: fc.array(response, { maxLength: 25 }),
    wrong: fc.subarray(everybody, { maxLength: 2 }),
    maxConcurrent: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(scenario, async ({ responses, wrong, maxConcurrent }) => {
      const { service, run, ledger, plan, leads } = await createServiceRig()
      const batch = await plan({ count })
      const refusedAsLead = new Set<string>()
      let next = 0
      service.refuse = (number) => {
        const [status, shape] =
          responses[next++] ?? (wrong.includes(number) ? ([400, 'the body of the API'] as const) : [])
        if (status === undefined || shape === undefined) return undefined
        if (aboutLead.has(`${status} ${shape}`)) refusedAsLead.add(number)
        return respond(status, shape)
      }
      for (let runs = 0; (await run({ maxConcurrent })) === 'stopped'; runs++) {
        expect(runs).toBeLessThan(responses.length + 4)
        await ledger.resume(batch)
      }
      for (const { number, state, why, tries } of await leads(batch)) {
        const calls = service.called.filter((one) => one === number).length
        expect({ number, state, calls, tries }).toMatchObject({ state: 'done', calls: tries })
        if (calls === 0) {
          expect(why).toMatch(/^lead_refused: /)
          expect(refusedAsLead).toContain(number)
        } else expect(calls).toBe(1)
      }
    }),
    { numRuns: Number(process.env['DIGAME_RUNS'] ?? 30) },
  )
}, 120_000)
