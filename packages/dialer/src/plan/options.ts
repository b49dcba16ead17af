import { DialerInputError } from '../errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { BatchLimits } from '../ledger/records.ts'
import type { Port } from '../port.ts'
import type { BatchRules } from '../rules/batch-rules.ts'
import type { LocalDay, MovedHolidays } from '../rules/holidays.ts'
import { regions } from '../rules/prefixes.ts'
import { type Purpose, purposes } from '../rules/purpose.ts'
import { badRetries, defaultRetries, defaultTries, type RetryTable, wholeRetries } from '../rules/retries.ts'
import { defaultWindow, isWithin, parseWindow } from '../rules/window.ts'
import type { ColumnNames } from './columns.ts'
import type { Assumptions } from './estimate.ts'
import { isDate } from './moment.ts'
import type { Leads } from './source.ts'

export interface PlanOptions {
  readonly ledger: Pick<Ledger, 'beginPlan' | 'now' | 'skipped'>
  readonly port: Pick<Port, 'isCallable'>
  readonly leads: Leads
  /** Which column is what, where its name does not say it. */
  readonly columns?: ColumnNames
  /** A number of the account in E.164, or its uuid. */
  readonly from_number: string
  /** Absent: the outbound agent of the calling number. */
  readonly agent_version_id?: string
  /** Shown, and part of the plan's hash: the same people can be planned again under another name. */
  readonly name?: string
  readonly purpose: Purpose
  /** Hours on the called party's wall, such as `Mon-Fri 10:00-14:00,16:00-20:00`, or `always`. @default 'Mon-Fri 09:00-21:00' */
  readonly window?: string
  /** An IANA zone, where it is known that everybody is in it; else each number tells its own. */
  readonly zone?: string
  /** Where those are whose numbers do not tell; a code of ISO 3166-2:ES, such as `MD`. */
  readonly region?: string
  /** `false`: holidays are days like any other; not for commercial calls. @default true */
  readonly holidays?: boolean
  /** Days of one's own on which nobody is called, as {@link readLocalDays} reads them. */
  readonly localDays?: readonly LocalDay[]
  /** Where each year's Sunday holidays were moved to; without a table each Monday after one is closed. */
  readonly movedHolidays?: readonly MovedHolidays[]
  /** The dialer asks a suppression hook before each call, and does not run this batch without one. @default false */
  readonly suppressionHook?: boolean
  /** Calls to one lead, at most. @default 3 */
  readonly maxTries?: number
  /** Calls to one number on one day, over all batches. @default 3 */
  readonly callsPerDay?: number
  /** Calls and answered minutes at which the batch stops. */
  readonly budget?: { readonly calls?: number; readonly minutes?: number }
  /** Which outcomes are tried again, and when, in place of the default table; one left out is never tried again. */
  readonly retries?: Partial<RetryTable>
  /** Nobody is called any more from then on. */
  readonly expiresAt?: Date
  /** What the estimate takes for granted. */
  readonly assumptions?: Assumptions
}

export interface ResolvedPlan {
  readonly rules: BatchRules
  readonly limits: BatchLimits
  readonly expiresAt: number | undefined
}

const refuse = (message: string): never => {
  throw new DialerInputError('BAD_PLAN', message)
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const e164 = /^\+[1-9]\d{6,14}$/

function whole(name: string, value: number | undefined): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= 1)) return
  refuse(`${name} is ${value}: give a whole number of 1 or more.`)
}

function above(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isFinite(value) && value >= least)) return
  refuse(`${name} is ${value}: give a number of ${least} or more.`)
}

function checkAssumptions(assumptions: Assumptions): void {
  const { minutesPerCall, ringSeconds, callsPerLead, slots, callsPerMinute, pricePerMinute, startAt } =
    assumptions
  above('assumptions.minutesPerCall', minutesPerCall, 0.01)
  above('assumptions.ringSeconds', ringSeconds, 0)
  above('assumptions.callsPerLead', callsPerLead, 1)
  above('assumptions.callsPerMinute', callsPerMinute, 0.01)
  above('assumptions.pricePerMinute', pricePerMinute, 0)
  above('assumptions.startAt', startAt, 0)
  whole('assumptions.slots', slots)
}

function checkPlace({ zone, region, localDays = [], movedHolidays = [] }: PlanOptions): void {
  try {
    if (zone !== undefined) new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    refuse(`zone ${JSON.stringify(zone)} is unknown: give an IANA name, such as "Europe/Madrid".`)
  }
  const codes = [
    region,
    ...localDays.map((day) => day.region),
    ...movedHolidays.flatMap((table) => Object.values(table.mondays).flat()),
  ]
  const strange = codes.find((code) => code !== undefined && !regions.includes(code))
  if (strange !== undefined)
    refuse(`region ${JSON.stringify(strange)} is unknown: give one of ${regions.join(', ')}.`)
  for (const { year, source, mondays } of movedHolidays) {
    if (typeof source !== 'string' || source === '')
      refuse(`The table of moved holidays for ${year} has no source: say where it was published.`)
    const wrong = Object.keys(mondays).find(
      (date) => !date.startsWith(`${year}-`) || new Date(`${date}T00:00Z`).getUTCDay() !== 1,
    )
    if (wrong !== undefined)
      refuse(
        `The table of moved holidays for ${year} has ${JSON.stringify(wrong)}, which is no Monday of that year.`,
      )
  }
  const bad = localDays.find(({ date }) => !isDate(date))
  if (bad) refuse(`localDays has ${JSON.stringify(bad.date)}, which is no date: write it as 2026-05-15.`)
}

/**
 * Checks everything that a plan is told beside its leads, and fills in what it is not.
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
  if (!Object.hasOwn(purposes, purpose)) {
    refuse(`purpose is ${JSON.stringify(purpose)}: give one of ${Object.keys(purposes).join(', ')}.`)
  }
  if (!e164.test(from_number) && !uuid.test(from_number)) {
    refuse('from_number is neither a number in E.164 (+34910000001) nor a uuid.')
  }
  if (agent_version_id !== undefined && !uuid.test(agent_version_id)) {
    refuse(
      `agent_version_id ${JSON.stringify(agent_version_id)} is not a uuid: copy it from the agent's page.`,
    )
  }
  const { isStrict, asksSuppression } = purposes[purpose]
  const week = parseWindow(window)
  if (isStrict && !(holidays && isWithin(week, parseWindow(defaultWindow)))) {
    refuse(
      `Commercial calls are made on working days within ${defaultWindow}: narrow the window, or give another purpose.`,
    )
  }
  if (suppressionHook && !asksSuppression)
    refuse(`A suppression hook is not asked for purpose ${purpose}: leave it out.`)
  checkPlace(options)
  whole('maxTries', maxTries)
  whole('callsPerDay', callsPerDay)
  whole('budget.calls', budget.calls)
  above('budget.minutes', budget.minutes, 0.01)
  checkAssumptions(assumptions)
  const bad = badRetries(retries)
  if (bad !== undefined) refuse(bad)
  if (expiresAt !== undefined && !(expiresAt.getTime() > now))
    refuse('expiresAt is over already: give a later Date.')
  return {
    rules: {
      purpose,
      window,
      isStrict,
      asksHook: suppressionHook,
      retries: wholeRetries(retries),
      ...(zone !== undefined && { zone }),
      ...(region !== undefined && { region }),
      ...(holidays && { holidays: { moved: movedHolidays, local: localDays } }),
    },
    limits: { tries: maxTries, callsPerDay, budgetCalls: budget.calls, budgetMinutes: budget.minutes },
    expiresAt: expiresAt?.getTime(),
  }
}
