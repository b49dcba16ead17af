import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FactResult, Ledger, Runner } from '../../src/ledger/ledger.ts'
import type { AttemptState } from '../../src/ledger/records.ts'
import { claim, hour, numberOf, rowOf, running } from './support/batches.ts'
import { type Store, stores } from './support/stores.ts'

/*
Random sequences of every call to a ledger, checked against a small model. The model knows the steps of an attempt and nothing else.
Two batches share three numbers, so that attempts often block each other.
*/
const steps = ['placed', 'refused', 'unknown', 'ended', 'undialled', 'hold', 'lose', 'settle'] as const
type Step = (typeof steps)[number]

const legal: Record<AttemptState, { readonly [step in Step]?: AttemptState }> = {
  sending: { placed: 'placed', refused: 'refused', unknown: 'unknown' },
  unknown: { placed: 'placed', refused: 'refused', hold: 'held' },
  placed: { ended: 'ended', undialled: 'refused', lose: 'ended' },
  held: { placed: 'placed', refused: 'refused', settle: 'refused' },
  refused: {},
  ended: {},
}

type Op =
  | { op: 'step'; step: Step; which: number }
  /** One of the steps that the attempt's state allows. */
  | { op: 'next'; pick: number; which: number }
  | { op: 'claim'; limit: number }
  | { op: 'decide'; to: 'ready' | 'done' | 'refused' }
  | { op: 'batch'; which: number; how: 'pause' | 'resume' | 'cancel' }
  | { op: 'takeover' | 'crash' | 'import' | 'expire' }
  | { op: 'advance'; ms: number }

const whole = <const K extends string>(op: K): fc.Arbitrary<K> => fc.constant(op)

const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ op: whole('next'), pick: fc.nat(2), which: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: whole('step'), step: fc.constantFrom(...steps), which: fc.nat(4) }),
  },
  { weight: 5, arbitrary: fc.record({ op: whole('claim'), limit: fc.integer({ min: 1, max: 4 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({ op: whole('decide'), to: fc.constantFrom('ready', 'done', 'refused') }),
  },
  { weight: 4, arbitrary: fc.record({ op: whole('advance'), ms: fc.constantFrom(60_000, 2 * hour) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: whole('batch'),
      which: fc.nat(1),
      how: fc.constantFrom('pause', 'resume', 'resume', 'cancel'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('takeover', 'crash', 'import', 'expire') }) },
)

class Run {
  readonly attempts: { id: string; state: AttemptState; callId?: string | undefined }[] = []
  imported = 0
  readonly store: Store
  ledger: Ledger
  runner: Runner
  readonly batches: readonly number[]
  constructor(store: Store, ledger: Ledger, runner: Runner, batches: readonly number[]) {
    this.store = store
    this.ledger = ledger
    this.runner = runner
    this.batches = batches
  }

  async do(op: Op): Promise<void> {
    if (op.op === 'step') await this.step(op.step, op.which)
    else if (op.op === 'next') {
      const { state } = this.attempts.at(-1 - op.which) ?? {}
      const next = state ? (Object.keys(legal[state]) as Step[]) : []
      const step = next[op.pick % next.length]
      if (step) await this.step(step, op.which)
    } else if (op.op === 'claim') {
      for (const { id: attempt } of await claim(this.ledger, this.runner, { limit: op.limit, slots: 4 })) {
        this.attempts.push({ id: attempt, state: 'sending' })
      }
    } else if (op.op === 'decide') {
      for (const undecided of await this.runner.undecided(9)) {
        if (op.to === 'refused') await this.runner.settleRefused(undecided, 'no')
        else if (op.to === 'done') await this.runner.decide(undecided, { to: 'done', why: 'done' })
        else await this.runner.decide(undecided, { to: 'ready', dueAt: 0 })
      }
    } else if (op.op === 'batch') {
      const batch = this.batches[op.which] ?? 0
      const { state } = await this.ledger.status(batch)
      if (state !== 'cancelled' || op.how === 'cancel') await this.ledger[op.how](batch)
    } else if (op.op === 'advance') await this.store.advance(op.ms)
    else if (op.op === 'expire') await this.runner.expire()
    else if (op.op === 'import') {
      const id = `imported-${this.imported++}`
      const number = numberOf(1 + (this.imported % 3))
      const busy = (await this.everything()).some(
        (row) => row['number'] === number && isOpen(row['state'] as AttemptState),
      )
      await this.ledger.importCall({
        idempotencyKey: `${this.ledger.id}.${id}`,
        callId: id,
        number,
        at: this.store.now(),
      })
      this.attempts.push({ id, callId: id, state: busy ? 'ended' : 'placed' })
    } else {
      if (op.op === 'crash') {
        if (this.store.kind === 'sqlite') await this.ledger.close()
        else await this.store.lapse()
        this.ledger = await this.store.open()
        this.runner = await this.ledger.join()
      }
      for (const { id, state } of await this.runner.takeover([])) {
        const mine = this.attempts.find((attempt) => attempt.id === id)
        expect(['unknown', 'placed']).toContain(state)
        expect([state, 'sending']).toContain(mine?.state)
        if (mine) mine.state = state
      }
    }
  }

  async step(step: Step, which: number): Promise<void> {
    const attempt = this.attempts.at(-1 - which)
    if (!attempt) return
    const { id, state } = attempt
    const run: Record<Step, () => Promise<FactResult>> = {
      placed: () => this.ledger.placed(id, { callId: `call of ${id}` }),
      refused: () => this.ledger.refused(id, 'no'),
      unknown: () => this.ledger.unknown(id, 'maybe'),
      ended: () => this.ledger.ended(id, { outcome: 'no_answer', seconds: 3 }),
      undialled: () => this.ledger.undialled(id, 'concurrency_limit'),
      hold: () => this.runner.hold(id, 'absent'),
      lose: () => this.runner.lose(id),
      settle: () => this.ledger.settle(id).catch(() => ({ result: 'illegal' as const, state })),
    }
    const result = await run[step]()
    const next = legal[state][step]
    // It may be too early for a step that the state allows; a step that the state forbids is never allowed.
    if (result.result === 'changed') {
      expect(result.state).toBe(next)
      attempt.state = result.state ?? state
      if (step === 'placed') attempt.callId = `call of ${id}`
    } else {
      expect(result.state).toBe(state)
      if (next) expect(['hold', 'lose', 'settle']).toContain(step)
    }
  }

  everything(): Promise<Record<string, unknown>[]> {
    return this.store.sql(
      'select id, person as number, state, call_id, lead, batch from attempt order by seq',
    )
  }

  async check(): Promise<void> {
    const rows = await this.everything()
    expect(rows.map((row) => [row['id'], row['state'], row['call_id'] ?? undefined])).toEqual(
      this.attempts.map(({ id, state, callId }) => [id, state, callId]),
    )
    const ringing = rows.filter((row) => isOpen(row['state'] as AttemptState)).map((row) => row['number'])
    expect(new Set(ringing).size).toBe(ringing.length)
    for (const batch of this.batches) {
      const { leads, spent, slots } = await this.ledger.status(batch)
      expect(Object.values(leads).reduce((sum, n) => sum + n)).toBe(3)
      expect(spent.calls).toBe(
        rows.filter((row) => Number(row['batch']) === batch && row['state'] !== 'refused').length,
      )
      expect(slots).toBeLessThanOrEqual(7)
      for await (const lead of this.ledger.leads(batch)) {
        const last = lead.attempts.at(-1)?.state
        expect(lead.attempts.filter(({ state }) => isOpen(state))).toHaveLength(last && isOpen(last) ? 1 : 0)
        expect(lead.tries).toBe(lead.attempts.filter(({ state }) => state !== 'refused').length)
        if (lead.state === 'held') expect(last).toBe('held')
        else if (lead.state === 'busy') expect([undefined, 'held']).not.toContain(last)
        else expect([undefined, 'refused', 'ended']).toContain(last)
      }
    }
  }
}

const isOpen = (state: AttemptState): boolean => state !== 'refused' && state !== 'ended'

describe.each(stores)('any sequence on $name', ({ name, create }) => {
  test('keeps at most one open attempt for each number, every end, and every lead in one state', {
    timeout: 120_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 20, maxLength: 60 }), async (ops) => {
        const store = await create()
        const ledger = await store.open()
        const rows = [1, 2, 3].map((n) => rowOf(n, n === 3 ? { expiresAt: store.now() + hour } : {}))
        const batches = [await running(ledger, rows), await running(ledger, rows)]
        const run = new Run(store, ledger, await ledger.join(), batches)
        for (const [n, one] of ops.entries()) {
          await run.do(one)
          // Each check costs ten round trips on Postgres.
          if (store.kind === 'sqlite' || n % 5 === 4 || n === ops.length - 1) await run.check()
        }
        await run.ledger.close()
      }),
      { numRuns: Number(process.env['DIGAME_RUNS'] ?? (name === 'SQLite' ? 30 : 8)) },
    )
  })
})
