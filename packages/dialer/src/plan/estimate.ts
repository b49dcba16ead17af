/** What a plan will take, before anything is dialled: calls, minutes, money, and when it ends. */
import { type Calendars, nextChange, nextOpening, openCalendars } from '../rules/opening.ts'

/** What an estimate takes for granted; each has a default, and all are repeated in the estimate. */
export interface Assumptions {
  /** Answered minutes of an average call. @default 2 */
  readonly minutesPerCall?: number
  /** Ringing and dialling before it, which holds a slot and is not billed, in seconds. @default 20 */
  readonly ringSeconds?: number
  /** Calls that an average lead takes, those that are tried again included. @default 1 */
  readonly callsPerLead?: number
  /** Simultaneous calls that the run may use. @default 1 */
  readonly slots?: number
  /** @default no limit */
  readonly callsPerMinute?: number
  /** What an answered minute costs, in any currency; without it no cost is told. */
  readonly pricePerMinute?: number
  /** When it begins, in milliseconds since 1970. @default now */
  readonly startAt?: number
}

export interface Estimate {
  /** Expected calls, the budget kept. */
  readonly calls: number
  /** Answered minutes. */
  readonly minutes: number
  /** In the currency of `pricePerMinute`, rounded to 4 decimals. */
  readonly cost?: number
  /** When the last call is over, beyond two years roughly; absent if it cannot be told, as where hours never open. */
  readonly endsAt?: Date
  /** The budget ends the batch before everybody is called. */
  readonly isCutByBudget: boolean
  readonly assumptions: Required<Omit<Assumptions, 'pricePerMinute' | 'callsPerMinute'>> &
    Pick<Assumptions, 'pricePerMinute' | 'callsPerMinute'>
}

/** Leads by their calendar, and by the day from which they may be called. */
export interface Load {
  readonly calendar: string
  readonly from: number
  readonly leads: number
}

export interface EstimateInput {
  readonly loads: readonly Load[]
  readonly calendars: Calendars
  readonly now: number
  readonly budget?: { readonly calls?: number | undefined; readonly minutes?: number | undefined }
  readonly assumptions?: Assumptions
}

interface Work {
  readonly calendar: string
  readonly from: number
  calls: number
}

// Nobody needs the hour of what is so far away: the pace goes on as it was until then.
const simulatedMs = 2 * 366 * 86_400_000
// An estimate that needs more openings and closings than this is none.
const mostSteps = 20_000
// Calls are divided among calendars in fractions.
const nothing = 1e-6

/** Serves calls in equal parts. */
function serve(works: readonly Work[], amount: number): void {
  const total = works.reduce((sum, { calls }) => sum + calls, 0)
  for (const work of works) work.calls -= work.calls * Math.min(1, amount / total)
}

/** When the last call begins: slots are filled while a calendar is open, and calls follow one another at the slots' rate. */
function lastBegin(
  works: Work[],
  calendars: Calendars,
  start: number,
  pace: { rate: number; burst: number },
): number | undefined {
  const all = works.reduce((sum, { calls }) => sum + calls, 0)
  let at = start
  let isIdle = true
  let last = start
  for (let step = 0; step < mostSteps; step += 1) {
    const left = works.filter(({ calls }) => calls > nothing)
    if (left.length === 0) return last
    if (at - start > simulatedMs) {
      const done = all - left.reduce((sum, { calls }) => sum + calls, 0)
      return done > nothing ? start + ((at - start) * all) / done : undefined
    }
    const open = new Set(openCalendars(calendars, at).map(({ key }) => key))
    const due = left.filter(({ calendar, from }) => from <= at && open.has(calendar))
    const nextFrom = Math.min(...left.map(({ from }) => from).filter((from) => from > at))
    if (due.length === 0) {
      const released = [...new Set(left.filter(({ from }) => from <= at).map(({ calendar }) => calendar))]
      const opening = released.length > 0 ? nextOpening(calendars, at, released) : undefined
      const next = Math.min(opening ?? Number.POSITIVE_INFINITY, nextFrom)
      if (!Number.isFinite(next)) return undefined
      at = next
      isIdle = true
      continue
    }
    if (isIdle) {
      serve(due, pace.burst)
      last = at
      isIdle = false
    }
    const total = due.reduce((sum, { calls }) => sum + calls, 0)
    const until = Math.min(nextChange(calendars, at) ?? Number.POSITIVE_INFINITY, nextFrom)
    const done = at + total / pace.rate
    serve(due, (Math.min(until, done) - at) * pace.rate)
    if (total > nothing) last = Math.min(until, done)
    at = Math.max(Math.min(until, done), at + 1)
  }
  return undefined
}

const rounded = (amount: number): number => Math.round(amount * 10_000) / 10_000

/** Estimates a plan. Calendars that cannot be evaluated never open, and leave `endsAt` out. */
export function estimate({ loads, calendars, now, budget = {}, assumptions = {} }: EstimateInput): Estimate {
  const { minutesPerCall = 2, ringSeconds = 20, callsPerLead = 1, slots = 1, startAt = now } = assumptions
  const { callsPerMinute, pricePerMinute } = assumptions
  const wanted = Math.ceil(loads.reduce((sum, { leads }) => sum + leads, 0) * callsPerLead)
  const affordable = Math.min(
    budget.calls ?? Number.POSITIVE_INFINITY,
    budget.minutes === undefined ? Number.POSITIVE_INFINITY : Math.ceil(budget.minutes / minutesPerCall),
  )
  const calls = Math.min(wanted, affordable)
  const minutes = calls * minutesPerCall
  const slotMs = minutesPerCall * 60_000 + ringSeconds * 1000
  const slotRate = slots / slotMs
  const paceRate = (callsPerMinute ?? Number.POSITIVE_INFINITY) / 60_000
  const pace = { rate: Math.min(slotRate, paceRate), burst: slotRate <= paceRate ? slots : 1 }
  const works = loads.map(({ calendar, from, leads }) => ({
    calendar,
    from,
    calls: wanted === 0 ? 0 : (leads * callsPerLead * calls) / wanted,
  }))
  const begin = lastBegin(works, calendars, startAt, pace)
  return {
    calls,
    minutes,
    ...(pricePerMinute !== undefined && { cost: rounded(minutes * pricePerMinute) }),
    ...(begin !== undefined && { endsAt: new Date(Math.round(calls === 0 ? startAt : begin + slotMs)) }),
    isCutByBudget: affordable < wanted,
    assumptions: {
      minutesPerCall,
      ringSeconds,
      callsPerLead,
      slots,
      startAt,
      ...(callsPerMinute !== undefined && { callsPerMinute }),
      ...(pricePerMinute !== undefined && { pricePerMinute }),
    },
  }
}
