import { type Calendars, nextChange, nextOpening, openCalendars } from '../rules/opening.ts'

/** What an estimate assumes. The estimate repeats all of them, defaults included. */
export interface Assumptions {
  /** Answered minutes of an average call. @default 2 */
  readonly minutesPerCall?: number
  /** Dialling and ringing before the call is answered, in seconds; it takes a slot and is not billed. @default 20 */
  readonly ringSeconds?: number
  /** Calls to an average lead, retries included. @default 1 */
  readonly callsPerLead?: number
  /** Simultaneous calls that the run may use. @default 1 */
  readonly slots?: number
  /** @default no limit */
  readonly callsPerMinute?: number
  /** What an answered minute costs, in any currency. Without it the estimate has no cost. */
  readonly pricePerMinute?: number
  /** When the batch starts, in milliseconds since 1970. @default the time of planning */
  readonly startAt?: number
}

/** What a plan is expected to take. */
export interface Estimate {
  /** Expected calls, within the budget. */
  readonly calls: number
  /** Answered minutes. */
  readonly minutes: number
  /** In the currency of `pricePerMinute`, rounded to 4 decimals. */
  readonly cost?: number
  /** When the last call ends; a rough guess beyond two years. Absent if it is not known, for example if hours never open. */
  readonly endsAt?: Date
  /** Whether the budget ends the batch before every lead is called. */
  readonly isCutByBudget: boolean
  readonly assumptions: Required<Omit<Assumptions, 'pricePerMinute' | 'callsPerMinute'>> &
    Pick<Assumptions, 'pricePerMinute' | 'callsPerMinute'>
}

/** Leads that share a calendar and may be called from about the same time on. */
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

/** Calls that are left to make in one calendar, from a time on. */
interface PendingCalls {
  readonly calendar: string
  readonly from: number
  calls: number
}

// Nobody needs to know the hour of an end this far away: from here on the rate until now is extrapolated.
const simulatedMs = 2 * 366 * 86_400_000
// Beyond this many openings and closings the end is left out of the estimate.
const mostSteps = 20_000
// Calls are divided among calendars in fractions; fewer than this are none.
const nothing = 1e-6

const totalCalls = (pending: readonly PendingCalls[]): number =>
  pending.reduce((sum, { calls }) => sum + calls, 0)

/** Makes that many calls, in equal parts of each. */
function makeCalls(pending: readonly PendingCalls[], amount: number): void {
  const total = totalCalls(pending)
  for (const one of pending) one.calls -= one.calls * Math.min(1, amount / total)
}

/** Calls per millisecond, and calls that start together when hours open. */
interface CallRate {
  readonly rate: number
  readonly burst: number
}

/**
 * When the last call begins. While a calendar is open the slots are full, and each call that ends is followed by the next.
 * Undefined if there is no end in sight.
 */
function lastBegin(
  pending: readonly PendingCalls[],
  calendars: Calendars,
  start: number,
  { rate, burst }: CallRate,
): number | undefined {
  const all = totalCalls(pending)
  let at = start
  let isIdle = true
  let last = start
  for (let step = 0; step < mostSteps; step += 1) {
    const left = pending.filter(({ calls }) => calls > nothing)
    if (left.length === 0) return last
    if (at - start > simulatedMs) {
      const done = all - totalCalls(left)
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
      makeCalls(due, burst)
      last = at
      isIdle = false
    }
    const total = totalCalls(due)
    const until = Math.min(nextChange(calendars, at) ?? Number.POSITIVE_INFINITY, nextFrom)
    const done = at + total / rate
    makeCalls(due, (Math.min(until, done) - at) * rate)
    if (total > nothing) last = Math.min(until, done)
    at = Math.max(Math.min(until, done), at + 1)
  }
  return undefined
}

const roundCost = (amount: number): number => Math.round(amount * 10_000) / 10_000

/** Estimates what a plan takes: calls, minutes, cost, and when it ends. */
export function estimatePlan({
  loads,
  calendars,
  now,
  budget = {},
  assumptions = {},
}: EstimateInput): Estimate {
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
  const limitRate = (callsPerMinute ?? Number.POSITIVE_INFINITY) / 60_000
  const callRate = { rate: Math.min(slotRate, limitRate), burst: slotRate <= limitRate ? slots : 1 }
  const pending = loads.map(({ calendar, from, leads }) => ({
    calendar,
    from,
    calls: wanted === 0 ? 0 : (leads * callsPerLead * calls) / wanted,
  }))
  const begin = lastBegin(pending, calendars, startAt, callRate)
  return {
    calls,
    minutes,
    ...(pricePerMinute !== undefined && { cost: roundCost(minutes * pricePerMinute) }),
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
