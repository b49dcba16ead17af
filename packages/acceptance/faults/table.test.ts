/**
 * Every fault × (the call was made or not) × (what the list of calls is like) × (the service's clock), on real sockets
 * and with the runtime's own fetch.
 */
import { readFile } from 'node:fs/promises'
import { Diga, type DigaError } from '@digame/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { doubts, type FaultCase, refusals } from './faults.ts'
import { type Line, type Network, openNetwork, type Scenario } from './line.ts'
import { type Ending, FaultReport, tableIn } from './report.ts'

const told = new FaultReport()
const body = { from_number: '+34910000001', to_number: '+34612345678' }
const lists = ['echoes', 'silent', 'late', 'down', 'forbidden'] as const
const offsets = [0, 300_000, -300_000]

let network: Network
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => network[Symbol.asyncDispose]())

function client({ baseUrl, scenario }: Line, slow = false): Diga {
  // A late list is read twice: the first time must come before the settling time has passed, on a busy machine too.
  const settleMs = scenario.list === 'late' && !slow ? 2000 : 200
  return new Diga({ apiKey: 'key', baseUrl, settleMs, timeoutMs: slow ? 300 : 5000, maxRetries: 1 })
}

const place = (diga: Diga, idempotencyKey: string): Promise<Ending> =>
  diga.calls.create(body, { idempotencyKey }).then(
    (call) => ({ call }),
    (error: DigaError) => ({ error }),
  )

async function cell(fault: FaultCase, scenario: Omit<Scenario, 'fault'>): Promise<void> {
  const line = network.open({ ...scenario, fault: fault.fault })
  const diga = client(line, fault.slow)
  const key = crypto.randomUUID()
  const first = await place(diga, key)
  if (scenario.list === 'echoes') told.add(fault.name, scenario.created, line.posts, first)
  expect(line.posts).toBe(1)
  const listed = scenario.created && (scenario.list === 'echoes' || scenario.list === 'late')
  // After a timeout the settling time has passed: the list is read once, and a late one misses the call.
  const found = listed && !(fault.slow && scenario.list === 'late')
  if (found) {
    expect(first).toMatchObject({
      call: { id: line.calls[0]?.['id'], dynamic_variables: { digame_key: key } },
    })
  } else {
    const { error } = first as { error: DigaError }
    expect(error).toMatchObject({ placed: 'maybe', idempotencyKey: key, sentAt: expect.any(Date) })
    const seen = scenario.created && scenario.list === 'silent' ? [line.calls[0]?.['id']] : []
    expect(error.candidates?.map(({ id }) => id)).toEqual(seen)
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('612345678')
  }
  const second = await place(diga, key)
  expect(line.posts).toBe(1)
  expect('call' in second).toBe(listed)
}

describe.each(doubts)('$name', (fault) => {
  test.concurrent.each([true, false])('is looked up, never sent again (created: %s)', async (created) => {
    await Promise.all(
      lists.flatMap((list) => offsets.map((clockOffsetMs) => cell(fault, { created, list, clockOffsetMs }))),
    )
  })
})

describe.each(refusals)('$name', (fault) => {
  test.concurrent('proves that no call was made', async () => {
    const line = network.open({ fault: fault.fault, created: false, list: 'echoes', clockOffsetMs: 0 })
    const diga = client(line)
    const ending = await place(diga, 'key')
    told.add(fault.name, false, line.posts, ending)
    const { error } = ending as { error: DigaError }
    expect(error).toMatchObject({ placed: 'no', idempotencyKey: 'key' })
    expect(error.candidates).toBeUndefined()
    expect({ posts: line.posts, lists: line.lists }).toEqual({ posts: 1, lists: 0 })
    await place(diga, 'key')
    expect(line.posts).toBe(2)
  })
})

test("the README of the client shows what came of each, beside the rivals' figures", async () => {
  const readme = await readFile(new URL('../../client/README.md', import.meta.url), 'utf8')
  expect(tableIn(readme)).toBe(told.table())
})
