import type { Ledger, OpenCalendar, Runner } from '../../../src/ledger/ledger.ts'
import type { Attempt, Batch, BatchLimits, Claimed, PlanRow, Undecided } from '../../../src/ledger/records.ts'

export const hour: number = 3_600_000
export const day: number = 24 * hour

export const numberOf = (n: number): string => `+346${String(n).padStart(8, '0')}`

export const rowOf = (n: number, row: Partial<PlanRow> = {}): PlanRow => ({
  line: n,
  number: numberOf(n),
  calendar: 'always',
  variables: { name: `Somebody ${n}` },
  ...row,
})

interface PlanOptions {
  hash?: string
  suppression?: boolean
  calendars?: readonly string[]
  limits?: Partial<BatchLimits>
}

/** Plans a batch of these rows, or of this many. It is paused. */
export async function plan(
  ledger: Ledger,
  rows: number | readonly PlanRow[],
  options: PlanOptions = {},
): Promise<Batch> {
  const writer = await ledger.beginPlan({ suppression: options.suppression ?? false })
  await writer.add(typeof rows === 'number' ? Array.from({ length: rows }, (_, n) => rowOf(n + 1)) : rows)
  const { batch } = await writer.commit({
    hash: options.hash ?? `plan ${Math.random()}`,
    from_number: '+34910000000',
    limits: { tries: 9, callsPerDay: 9, ...options.limits },
    rules: { retry: [] },
    calendars: Object.fromEntries((options.calendars ?? ['always']).map((key) => [key, { key }])),
  })
  return batch
}

export async function running(
  ledger: Ledger,
  rows: number | readonly PlanRow[],
  options?: PlanOptions,
): Promise<number> {
  const { id } = await plan(ledger, rows, options)
  await ledger.resume(id)
  return id
}

export const calendar = (now: number, key = 'always'): OpenCalendar => ({
  key,
  dayStart: now - (now % day),
  dayEnd: now - (now % day) + day,
})

interface ClaimOptions {
  slots?: number
  limit?: number
  calendars?: readonly OpenCalendar[]
  batch?: number
}

export async function claim(ledger: Ledger, runner: Runner, options: ClaimOptions = {}): Promise<Claimed[]> {
  return runner.claim({
    calendars: [calendar(await ledger.now())],
    slots: 1_000,
    limit: 1_000,
    ...options,
  })
}

export async function claimOne(ledger: Ledger, runner: Runner, options?: ClaimOptions): Promise<Claimed> {
  const [claimed] = await claim(ledger, runner, { limit: 1, ...options })
  if (!claimed) throw new Error('Nothing was claimed')
  return claimed
}

export async function undecidedOne(runner: Runner): Promise<Undecided> {
  const [undecided] = await runner.undecided(1)
  if (!undecided) throw new Error('Nothing is undecided')
  return undecided
}

export async function attemptsOf(ledger: Ledger, batch: number): Promise<Attempt[]> {
  const leads = await collect(ledger.leads(batch))
  return leads.flatMap((lead) => lead.attempts)
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}
