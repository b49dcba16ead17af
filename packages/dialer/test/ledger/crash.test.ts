import { describe, expect, onTestFinished, test } from 'vitest'
import type { Ledger, Runner } from '../../src/ledger/ledger.ts'
import { attemptsOf, claim, plan, rowOf } from './support/batches.ts'
import { type Crash, crashPostgres, crashSqlite } from './support/crash.ts'
import { postgresStore, type Store, sqliteStore } from './support/stores.ts'

/** The telephone network: the calls that were really placed, whatever the ledger remembers. */
interface World {
  readonly calls: Map<string, string>
  readonly keys: string[]
}

function post(world: World, attempt: string, number: string): string {
  world.keys.push(attempt)
  world.calls.set(attempt, number)
  return `call of ${attempt}`
}

/** The life of one process: it takes over, looks up, claims, places and decides until nothing is left to do. */
async function live(store: Store, ledger: Ledger, world: World, batch: number): Promise<void> {
  const runner = await ledger.join()
  for (const attempt of await runner.takeover([])) {
    if (attempt.state === 'unknown') await lookUp(store, ledger, runner, world, attempt.id)
  }
  await decideAll(ledger, runner)
  await ledger.resume(batch)
  for (;;) {
    const claimed = await claim(ledger, runner, { batch, limit: 1 })
    for (const { id: attempt, number } of claimed) {
      const callId = post(world, attempt, number)
      if (number.endsWith('1')) {
        await ledger.unknown(attempt, 'RESET')
        await lookUp(store, ledger, runner, world, attempt)
      } else await ledger.placed(attempt, { callId })
    }
    await decideAll(ledger, runner)
    if (claimed.length === 0) return
  }
}

async function lookUp(
  store: Store,
  ledger: Ledger,
  runner: Runner,
  world: World,
  attempt: string,
): Promise<void> {
  if (world.calls.has(attempt)) {
    await ledger.placed(attempt, { callId: `call of ${attempt}` })
    return
  }
  await store.advance(10_000)
  await runner.hold(attempt, 'absent')
}

async function decideAll(ledger: Ledger, runner: Runner): Promise<void> {
  for (const { id, state } of await runner.openAttempts()) {
    if (state === 'placed') await ledger.ended(id, { outcome: 'completed', seconds: 1 })
  }
  for (const undecided of await runner.undecided(10)) {
    const done = undecided.tries > 0
    await runner.decide(undecided, done ? { to: 'done', why: 'completed' } : { to: 'ready', dueAt: 0 })
  }
}

/** `next` ends one process and starts another. */
async function storm(store: Store, crash: Crash, next: (ledger: Ledger) => Promise<Ledger>): Promise<number> {
  let [crashes, round] = [0, 0]
  let ledger = await store.open()
  for (const when of ['before', 'after'] as const) {
    for (let n = 1; ; n++) {
      round++
      const people = [1, 2].map((person) => rowOf(round * 10 + person))
      const world: World = { calls: new Map(), keys: [] }
      const { id: batch } = await plan(ledger, people, { hash: `${when} ${n}` })
      crash.at(n, when)
      const failed = await live(store, ledger, world, batch).then(
        () => false,
        () => true,
      )
      expect(failed).toBe(crash.dead)
      crash.disarm()
      ledger = await next(ledger)
      if (failed) {
        crashes++
        await live(store, ledger, world, batch)
      }
      await check(ledger, world, batch)
      if (failed) ledger = await next(ledger)
      else break
    }
  }
  return crashes
}

async function check(ledger: Ledger, world: World, batch: number): Promise<void> {
  const { leads, attempts } = await ledger.status(batch)
  expect(leads.done + leads.held).toBe(2)
  // Nobody is called twice, and the ledger knows every call of the network.
  expect(new Set(world.keys).size).toBe(world.keys.length)
  expect(new Set(world.calls.values()).size).toBe(world.calls.size)
  const known = await attemptsOf(ledger, batch)
  const called = known.filter((attempt) => attempt.callId !== undefined)
  expect(new Set(called.map((attempt) => attempt.id))).toEqual(new Set(world.calls.keys()))
  expect(called.every((attempt) => attempt.callId === `call of ${attempt.id}`)).toBe(true)
  // Only attempts that were claimed and never placed are held.
  expect(leads.held).toBe(attempts.held)
  expect(
    known.filter((attempt) => attempt.state === 'held').every((attempt) => !world.calls.has(attempt.id)),
  ).toBe(true)
}

describe('a process that dies at any statement', () => {
  test('loses nobody and calls nobody twice, on SQLite', async () => {
    const crash = crashSqlite()
    const store = await sqliteStore()
    // The kernel closes the files of a dead process too: what was not committed is gone.
    const crashes = await storm(store, crash, async (ledger) => {
      await ledger.close()
      return store.open()
    })
    expect(crashes).toBeGreaterThan(100)
  })

  test('loses nobody and calls nobody twice, on Postgres', async () => {
    const store = await postgresStore()
    const crash = crashPostgres(store.pool)
    onTestFinished(() => crash.disarm())
    // A process keeps all its state in its runner, so a new runner stands for a new process.
    const crashes = await storm(store, crash, async (ledger) => {
      await store.lapse()
      return ledger
    })
    expect(crashes).toBeGreaterThan(100)
  }, 120_000)
})

describe('a claim that fails on the way back', () => {
  test('is refused by its own runner: nobody sends it, and its lead can be called again', async () => {
    const store = await postgresStore()
    const crash = crashPostgres(store.pool)
    const ledger = await store.open()
    const { id: batch } = await plan(ledger, 1)
    await ledger.resume(batch)
    const runner = await ledger.join()
    const calendars = [{ key: 'always', dayStart: 0, dayEnd: Number.MAX_SAFE_INTEGER }]
    // The commit is the last statement of a claim.
    for (let n = 1; ; n++) {
      crash.at(n, 'after')
      await runner.claim({ calendars, slots: 1, limit: 1 }).catch(() => undefined)
      crash.disarm()
      if ((await ledger.status(batch)).attempts.sending === 1) break
    }
    expect(await runner.takeover([])).toEqual([])
    expect(await attemptsOf(ledger, batch)).toMatchObject([{ state: 'refused', why: 'never_sent' }])
    const [undecided] = await runner.undecided(1)
    expect(undecided).toMatchObject({ tries: 0, refusals: 1 })
  })
})
