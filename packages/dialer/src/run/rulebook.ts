import type { Clock } from '@digame/internal'
import { messageOf } from '../errors.ts'
import type { Ledger, OpenCalendar } from '../ledger/ledger.ts'
import type { Batch, Json } from '../ledger/records.ts'
import { readRules } from '../rules/batch-rules.ts'
import { type Clearance, createCheck } from '../rules/check.ts'
import { type Calendars, loadCalendars, nextOpening, openCalendars } from '../rules/opening.ts'
import { noRetries, type RetryTable } from '../rules/retries.ts'
import type { SuppressionHook } from '../rules/suppression.ts'
import type { RuleCheck } from './place-call.ts'

export interface RulebookOptions {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly hook?: SuppressionHook | undefined
  /** In milliseconds. */
  readonly hookTimeoutMs?: number | undefined
}

/** The rules of the running batches, ready to be evaluated. */
export interface Rulebook {
  /** Reads the rules of these batches, each once. Returns those that cannot be evaluated and so must not run. */
  load(batches: readonly Batch[]): Promise<{ readonly batch: number; readonly why: string }[]>
  /** The calendars that are open at a time. */
  openCalendars(now: number): OpenCalendar[]
  /** When a calendar is open next; undefined if never. */
  nextOpening(key: string, now: number): number | undefined
  /** Checks the rules right before a request. */
  readonly check: RuleCheck
  /** The batch's retry table; if its rules cannot be read, one by which nobody is called again. */
  retries(batch: Batch): RetryTable
}

/** The rules of one batch: how to check a number, or why they cannot be evaluated. */
interface LoadedRules {
  readonly check?: (number: string) => Promise<Clearance>
  readonly fault?: string
}

function readRetryTable({ rules }: Batch): RetryTable {
  try {
    return readRules(rules).retries
  } catch {
    return noRetries
  }
}

function loadRules(batch: Batch, calendars: Calendars, options: RulebookOptions): LoadedRules {
  try {
    const rules = readRules(batch.rules)
    const broken = Object.keys(batch.calendars).find((key) => calendars.broken.has(key))
    if (broken !== undefined)
      return { fault: `its hours cannot be evaluated: ${calendars.broken.get(broken)}` }
    if (rules.asksHook && !options.hook)
      return { fault: 'it was planned with a suppression hook, and this dialer has none' }
    return { check: createCheck({ rules, calendars, ...options }) }
  } catch (error) {
    return { fault: messageOf(error) }
  }
}

export function createRulebook(options: RulebookOptions): Rulebook {
  let loadedKeys: string | undefined
  let calendars: Calendars = { openers: new Map(), broken: new Map() }
  // A plan never changes, so its rules are read once.
  const loaded = new Map<number, LoadedRules>()
  const tables = new Map<number, RetryTable>()

  return {
    async load(batches) {
      // Equal keys mean equal calendars, in every batch.
      const all: Record<string, Json> = {}
      for (const batch of batches) Object.assign(all, batch.calendars)
      const keys = Object.keys(all).sort().join('\n')
      if (keys !== loadedKeys) {
        calendars = await loadCalendars(all)
        loadedKeys = keys
        loaded.clear()
      }
      return batches.flatMap((batch) => {
        const rules = loaded.get(batch.id) ?? loadRules(batch, calendars, options)
        loaded.set(batch.id, rules)
        return rules.fault === undefined ? [] : [{ batch: batch.id, why: rules.fault }]
      })
    },
    openCalendars: (now) => openCalendars(calendars, now),
    nextOpening: (key, now) => nextOpening(calendars, now, [key]),
    async check({ batch, number }) {
      const check = loaded.get(batch)?.check
      return check ? check(number) : { may: false, why: 'not_checked', detail: 'the batch is not known yet' }
    },
    retries(batch) {
      const table = tables.get(batch.id) ?? readRetryTable(batch)
      tables.set(batch.id, table)
      return table
    },
  }
}
