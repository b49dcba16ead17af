/**
 * Every fault × (the call was made or not) × (what the list of calls is like) × (the service's clock), on real sockets
 * and with the runtime's own fetch.
 */
import { readFile } from 'node:fs/promises'
import { type CreateOptions, Diga, type DigaError } from '@digame/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aborts, doubts, type FaultCase, refusals } from './faults.ts'
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
  return new Diga({ apiKey: 'key', baseUrl, settleMs, timeoutMs: 5000, maxRetries: 1 })
}

const place = (diga: Diga, idempotencyKey: string, options: CreateOptions = {}): Promise<Ending> =>
  diga.calls.create(body, { idempotencyKey, ...options }).then(
    (call) => ({ call }),
    (error: DigaError) => ({ error }),
  )

async function cell(fault: FaultCase, scenario: Omit<Scenario, 'fault'>): Promise<void> {
  const controller = new AbortController()
  const line = network.open({
    ...scenario,
    fault(socket, answer) {
      fault.fault(socket, answer)
      if (fault.aborts) setTimeout(() => controller.abort(), 20)
    },
  })
  const diga = client(line, fault.slow)
  const key = crypto.randomUUID()
  // Of the create alone: on a busy machine the list may take longer.
  const timeoutMs = fault.slow ? 300 : 5000
  const first = await place(diga, key, { timeoutMs, ...(fault.aborts && { signal: controller.signal }) })
  if (scenario.list === 'echoes') told.add(fault.name, scenario.created, line.posts, first)
  expect(line.posts).toBe(1)
  const listed = scenario.created && (scenario.list === 'echoes' || scenario.list === 'late')
  // After a timeout the settling time has passed: the list is read once, and a late one misses the call.
  const found = listed && !fault.aborts && !(fault.slow && scenario.list === 'late')
  if (found) {
    expect(first).toMatchObject({
      call: { id: line.calls[0]?.['id'], dynamic_variables: { digame_key: key } },
    })
  } else {
    const { error } = first as { error: DigaError }
    expect(error).toMatchObject({ placed: 'maybe', idempotencyKey: key, sentAt: expect.any(Date) })
    const seen = scenario.created && scenario.list === 'silent' ? [line.calls[0]?.['id']] : []
    // An abort ends everything at once.
    expect(error.candidates?.map(({ id }) => id)).toEqual(fault.aborts ? undefined : seen)
    expect(error.name === 'DigaAbortError').toBe(Boolean(fault.aborts))
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('612345678')
  }
  const second = await place(diga, key)
  expect(line.posts).toBe(1)
  expect('call' in second).toBe(listed)
}

describe.each([...doubts, ...aborts])('$name', (fault) => {
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
