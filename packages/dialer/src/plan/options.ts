import { isE164, isUuid } from '@digame/internal'
import { DialerInputError } from '../errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { BatchLimits } from '../ledger/records.ts'
import type { Port } from '../port.ts'
import type { BatchRules } from '../rules/batch-rules.ts'
import { isLocalDay, isMovedHolidays, type LocalDay, type MovedHolidays } from '../rules/holidays.ts'
import { regions } from '../rules/prefixes.ts'
import { isPurpose, type Purpose, purposes } from '../rules/purpose.ts'
import { defaultRetries, defaultTries, type RetryTable, readRetries } from '../rules/retries.ts'
import { defaultWindow, isWithin, parseWindow } from '../rules/window.ts'
import type { ColumnNames } from './columns.ts'
import type { Assumptions } from './estimate.ts'
import { isDate } from './moment.ts'
import { type Recent, type ResolvedRecent, resolveRecent } from './recent.ts'
import type { Leads } from './source.ts'

export interface PlanOptions {
  readonly ledger: Pick<Ledger, 'beginPlan' | 'leads' | 'now'>
  readonly port: Pick<Port, 'isCallable'>
  readonly leads: Leads
  /** The names of columns whose meaning their name does not show. */
  readonly columns?: ColumnNames
  /** The calling number: a number of the account in E.164, or its uuid. */
  readonly from_number: string
  /** @default the outbound agent of the calling number */
  readonly agent_version_id?: string
  /**
   * A name for people to read. Under another name the same leads can be planned again: those who were left out as `recent`, or
   * with `recent: false` all of them.
   */
  readonly name?: string
  readonly purpose: Purpose
  /**
   * The hours in which calls may begin, in the called person's local time: `always`, or such as
   * `Mon-Fri 10:00-14:00,16:00-20:00`. @default 'Mon-Fri 09:00-21:00'
   */
  readonly window?: string
  /** An IANA zone, if you know that everybody is in it. @default the zone follows from each number */
  readonly zone?: string
  /** The region of numbers that do not show theirs; a code of ISO 3166-2:ES, such as `MD`. */
  readonly region?: string
  /** Whether nobody is called on holidays. Commercial calls refuse `false`. @default true */
  readonly holidays?: boolean
  /** More days on which nobody is called; {@link readLocalDays} reads them from a file. */
  readonly localDays?: readonly LocalDay[]
  /** For each year, the regions that move Sunday holidays to the Monday. Without a table, all regions do. */
  readonly movedHolidays?: readonly MovedHolidays[]
  /** Whether the dialer calls a suppression hook before each call; it does not run the batch without one. @default false */
  readonly suppressionHook?: boolean
  /** Most calls to one lead. @default 3 */
  readonly maxTries?: number
  /** Most calls to one number on one day, over all batches. @default 3 */
  readonly callsPerDay?: number
  /**
   * Leaves out each number that was called, or may have been, in the last days, and each that waits for a call in another batch
   * which is not cancelled. Every call counts, whatever its outcome and whatever batch made it. `false` or 0 turns it off.
   *
   * @default { days: 30 } for `commercial`, { days: 1 } for `service`, false for `requested`
   */
  readonly recent?: Recent
  /**
   * Least time between the end of a call to a number and the next attempt to call it, over all batches, in milliseconds. Checked
   * when a lead is about to be called, retries included: one that is due earlier waits. @default 600_000 (ten minutes), or 0 for `requested`
   */
  readonly minimumGap?: number
  /** Calls and answered minutes at which the batch stops. A budget cannot be raised later. @default no limit */
  readonly budget?: { readonly calls?: number; readonly minutes?: number }
  /**
   * When a lead is called again after each outcome, in milliseconds after the end of the call: `{ no_answer: [3_600_000] }`. An
   * outcome that is left out is never tried again. @default {@link defaultRetries}
   */
  readonly retries?: Partial<RetryTable>
  /** From then on no lead of the batch is called. @default never */
  readonly expiresAt?: Date
  /** What the estimate assumes. */
  readonly assumptions?: Assumptions
}

export interface ResolvedPlan {
  readonly rules: BatchRules
  readonly limits: BatchLimits
  readonly expiresAt: number | undefined
  readonly recent: ResolvedRecent
}

const refuse = (message: string): never => {
  throw new DialerInputError('BAD_PLAN', message)
}

function checkWhole(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return
  refuse(`${name} is ${value}: give a whole number of 1 or more.`)
}

function checkLeast(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isFinite(value) && value >= least)) return
  refuse(`${name} is ${value}: give a number of ${least} or more.`)
}

function checkAssumptions(assumptions: Assumptions): void {
  const { minutesPerCall, ringSeconds, callsPerLead, slots, callsPerMinute, pricePerMinute, startAt } =
    assumptions
  checkLeast('assumptions.minutesPerCall', minutesPerCall, 0.01)
  checkLeast('assumptions.ringSeconds', ringSeconds, 0)
  checkLeast('assumptions.callsPerLead', callsPerLead, 1)
  checkLeast('assumptions.callsPerMinute', callsPerMinute, 0.01)
  checkLeast('assumptions.pricePerMinute', pricePerMinute, 0)
  checkLeast('assumptions.startAt', startAt, 0)
  checkWhole('assumptions.slots', slots)
}

function checkZone(zone: string | undefined): void {
  try {
    if (zone !== undefined) new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    refuse(`zone ${JSON.stringify(zone)} is unknown: give an IANA name, such as "Europe/Madrid".`)
  }
}

function checkRegions({ region, localDays = [], movedHolidays = [] }: PlanOptions): void {
  const codes = [
    region,
    ...localDays.map((day) => day.region),
    ...movedHolidays.flatMap((table) => Object.values(table.mondays).flat()),
  ]
  const unknown = codes.find((code) => code !== undefined && !regions.includes(code))
  if (unknown !== undefined)
    refuse(`region ${JSON.stringify(unknown)} is unknown: give one of ${regions.join(', ')}.`)
}

function checkDays({ localDays = [], movedHolidays = [] }: PlanOptions): void {
  for (const { year, source, mondays } of movedHolidays) {
    if (typeof source !== 'string' || source === '')
      refuse(`The table of moved holidays for ${year} has no source: say where it was published.`)
    const wrong = Object.keys(mondays).find(
      (date) => !date.startsWith(`${year}-`) || new Date(`${date}T00:00Z`).getUTCDay() !== 1,
    )
    if (wrong !== undefined)
      refuse(
        `The table of moved holidays for ${year} has ${JSON.stringify(wrong)}, which is not a Monday of that year.`,
      )
  }
  const bad = localDays.find(({ date }) => !isDate(date))
  if (bad) refuse(`localDays has ${JSON.stringify(bad.date)}, which is not a date: write it as 2026-05-15.`)
  const day = localDays.findIndex((entry) => !isLocalDay(entry))
  if (day >= 0)
    refuse(`localDays[${day}] has a name or region that is not text: give a text, or leave it out.`)
  const table = movedHolidays.findIndex((entry) => !isMovedHolidays(entry))
  if (table >= 0)
    refuse(`movedHolidays[${table}] cannot be read: give a year as a number, and lists of regions by date.`)
}

/**
 * Checks the options of a plan, except its leads, and fills in the defaults.
 *
 * @throws DialerInputError `BAD_PLAN`, `BAD_WINDOW`
 */
export function resolvePlan(options: PlanOptions, now: number): ResolvedPlan {
  const {
    purpose,
    from_number,
    agent_version_id,
    window = defaultWindow,
    zone,
    region,
    budget = {},
  } = options
  const { holidays = true, localDays = [], movedHolidays = [], retries = defaultRetries, expiresAt } = options
  const { maxTries = defaultTries, callsPerDay = 3, suppressionHook = false, assumptions = {} } = options
  if (!isPurpose(purpose)) {
    return refuse(`purpose is ${JSON.stringify(purpose)}: give one of ${Object.keys(purposes).join(', ')}.`)
  }
  if (!isE164(from_number) && !isUuid(from_number)) {
    refuse('from_number is neither a number in E.164 (+34910000001) nor a uuid.')
  }
  if (agent_version_id !== undefined && !isUuid(agent_version_id)) {
    refuse(
      `agent_version_id ${JSON.stringify(agent_version_id)} is not a uuid: copy it from the agent's page.`,
    )
  }
  const { isStrict, asksSuppression } = purposes[purpose]
  const week = parseWindow(window)
  if (isStrict && !(holidays && isWithin(week, parseWindow(defaultWindow)))) {
    refuse(
      `Commercial calls are made within ${defaultWindow}, and not on holidays: narrow the window and leave holidays on, or give another purpose.`,
    )
  }
  if (suppressionHook && !asksSuppression)
    refuse(`Purpose ${purpose} calls suppressed numbers too: leave suppressionHook out.`)
  checkZone(zone)
  checkRegions(options)
  checkDays(options)
  checkWhole('maxTries', maxTries)
  checkWhole('callsPerDay', callsPerDay)
  checkWhole('budget.calls', budget.calls)
  checkLeast('budget.minutes', budget.minutes, 0.01)
  checkAssumptions(assumptions)
  const recent = resolveRecent(options)
  const table = readRetries(retries)
  if (expiresAt !== undefined && !(expiresAt.getTime() > now))
    refuse('expiresAt is in the past: give a later Date.')
  return {
    rules: {
      purpose,
      window,
      isStrict,
      asksHook: suppressionHook,
      retries: table,
      recentDays: recent.recentDays,
      ...(zone !== undefined && { zone }),
      ...(region !== undefined && { region }),
      ...(holidays && { holidays: { moved: movedHolidays, local: localDays } }),
    },
    limits: {
      tries: maxTries,
      callsPerDay,
      minimumGap: recent.minimumGap,
      budgetCalls: budget.calls,
      budgetMinutes: budget.minutes,
    },
    expiresAt: expiresAt?.getTime(),
    recent,
  }
}
