/**
 * Every fault × (the call was made or not) × (how the list of calls behaves) × (the service's clock), on real sockets and
 * with the runtime's own fetch.
 */
import { spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { commands } from '@digame/test-runtimes'
import { makeTemporaryFolder } from '@digame/test-support'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scenario } from './call-service.ts'
import { type Cell, type Ending, perform } from './cell.ts'
import { aborts, doubts, type FaultCase, refusals } from './fault-cases.ts'
import { openSecureNetwork, streamFaults } from './http2.ts'
import { cellOf, judge, worlds } from './judge.ts'
import { type Network, openNetwork } from './line.ts'
import { FaultReport, tableIn } from './readme-table.ts'

const names = [...doubts, ...aborts].map(({ name }) => name)
const report = new FaultReport([...names, ...Object.keys(streamFaults), ...refusals.map(({ name }) => name)])

let network: Network
beforeAll(async () => {
  network = await openNetwork()
})
afterAll(() => network[Symbol.asyncDispose]())

type World = Omit<Scenario<unknown>, 'fault'>

async function cell(fault: FaultCase, world: World): Promise<void> {
  // A fault of a whole connection gets a network of its own, so that it cannot act on another cell's connection.
  await using own =
    fault.unread || fault.reuses
      ? await openNetwork({ unread: fault.unread && !fault.reuses ? 1 : 0 })
      : undefined
  const controller = new AbortController()
  const line = (own ?? network).open({
    ...world,
    fault(socket, response) {
      fault.fault(socket, response)
      if (fault.aborts) setTimeout(() => controller.abort(), 20)
    },
  })
  const cell = cellOf(line, fault)
  const onWrite = (message: unknown): void => {
    const { request } = message as { request: { method: string; origin: string } }
    if (own && request.method === 'POST' && request.origin.endsWith(`:${own.port}`))
      fault.before?.(own.sockets)
  }
  subscribe('undici:client:sendHeaders', onWrite)
  const endings = await perform(cell, {
    ...(fault.aborts && { signal: controller.signal }),
    between(first) {
      if (world.list === 'echoes') report.add(fault.name, world.created, line.posts, first)
    },
  })
  unsubscribe('undici:client:sendHeaders', onWrite)
  judge(line, fault, cell, endings)
}

const made = [...doubts, ...aborts].flatMap((fault) =>
  (fault.unread ? [false] : [true, false]).map((created) => ({ ...fault, fault, created })),
)
// Side by side, because nearly all of their time they wait for a late list.
test.concurrent.each(made)(
  '$name is looked up, never sent again (created: $created)',
  async ({ fault, created }) => {
    await Promise.all(worlds.map((world) => cell(fault, { ...world, created })))
  },
)

/** Performs cells in a process of Node 26, whose fetch speaks HTTP/2 if the service does. */
async function performOnNode26(cells: readonly Cell[], certificate: string): Promise<[Ending, Ending][]> {
  await using temporary = await makeTemporaryFolder('faults')
  const folder = temporary.path
  const outfile = join(folder, 'cells.mjs')
  const entryPoints = [fileURLToPath(new URL('cells-entry.ts', import.meta.url))]
  await build({
    entryPoints,
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['source'],
  })
  const trusted = join(folder, 'certificate.pem')
  await writeFile(trusted, certificate)
  const [node = ''] = commands['node 26'] ?? []
  const child = spawn(node, [outfile], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: trusted },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(cells))
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return JSON.parse(printed)
}

test('a fault of a stream or a session of HTTP/2 is looked up, never sent again', {
  timeout: 60_000,
}, async () => {
  await using network = await openSecureNetwork()
  const cases = Object.entries(streamFaults).flatMap(([name, fault]) =>
    [true, false].flatMap((created) =>
      worlds.map((world) => ({ name, scenario: { ...world, created, fault } })),
    ),
  )
  const lines = await Promise.all(cases.map(({ scenario }) => network.open(scenario)))
  const cells = lines.map((line) => cellOf(line, {}))
  const endings = await performOnNode26(cells, network.certificate)
  expect(endings).toHaveLength(cases.length)
  for (const [at, { name, scenario }] of cases.entries()) {
    const [line, cell, ending] = [lines[at], cells[at], endings[at]]
    if (!line || !cell || !ending) throw new Error(`There is no line for ${name}`)
    if (scenario.list === 'echoes') report.add(name, scenario.created, line.posts, ending[0])
    judge(line, {}, cell, ending)
  }
})

test.concurrent.each(refusals)('$name, which proves that no call was made', async (fault) => {
  const line = network.open({ fault: fault.fault, created: false, list: 'echoes', clockOffsetMs: 0 })
  const cell = cellOf(line, fault)
  const between = (first: Ending): void => report.add(fault.name, false, line.posts, first)
  const [{ error }] = await perform(cell, { between })
  expect(error).toMatchObject({ placed: 'no', idempotencyKey: cell.key })
  expect(error?.candidates).toBeUndefined()
  // The key is free again, and each of the two creates was sent once.
  expect({ posts: line.posts, lists: line.lists }).toEqual({ posts: 2, lists: 0 })
})

test("the client's README shows how each fault ends, beside the rivals' figures", async () => {
  const readme = await readFile(new URL('../../client/README.md', import.meta.url), 'utf8')
  expect(tableIn(readme)).toBe(report.table())
})
