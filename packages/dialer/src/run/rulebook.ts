/** The rules of the batches that run, ready to be asked: hours, the check before each call, the table of retries. */

import type { Clock } from '../clock.ts'
import type { Ledger, OpenCalendar } from '../ledger/ledger.ts'
import type { Batch } from '../ledger/records.ts'
import { messageOf } from '../message.ts'
import { readRules } from '../rules/batch-rules.ts'
import type { Calendar } from '../rules/calendar.ts'
import { type Clearance, createCheck } from '../rules/check.ts'
import { type Calendars, loadCalendars, nextOpening, openCalendars } from '../rules/opening.ts'
import { noRetries, type RetryTable } from '../rules/retries.ts'
import type { SuppressionHook } from '../rules/suppression.ts'
import type { RuleCheck } from './place-call.ts'

export interface RulebookOptions {
  readonly ledger: Ledger
  readonly clock: Clock
  readonly hook?: SuppressionHook | undefined
  readonly hookTimeoutMs?: number | undefined
}

export interface Rulebook {
  /** Reads the rules of these batches, each once. Says which of them cannot be evaluated, and must not run. */
  load(batches: readonly Batch[]): Promise<{ readonly batch: number; readonly why: string }[]>
  /** Calendars that are open now. */
  open(now: number): OpenCalendar[]
  /** When a calendar is open next, if ever. */
  next(key: string, now: number): number | undefined
  /** Asked right before a request. */
  readonly check: RuleCheck
  /** Where the rules cannot be read, nobody is tried again. */
  retries(batch: Batch): RetryTable
}

interface Rules {
  readonly check?: (number: string) => Promise<Clearance>
  readonly fault?: string
}

function retriesOf({ rules }: Batch): RetryTable {
  try {
    return readRules(rules).retries
  } catch {
    return noRetries
  }
}

export function createRulebook({ ledger, clock, hook, hookTimeoutMs }: RulebookOptions): Rulebook {
  let names: string | undefined
  let calendars: Calendars = { openers: new Map(), broken: new Map() }
  /** A plan never changes: what was read once holds. */
  const known = new Map<number, Rules>()
  const tables = new Map<number, RetryTable>()

  function read(batch: Batch): Rules {
    try {
      const rules = readRules(batch.rules)
      const broken = Object.keys(batch.calendars).find((key) => calendars.broken.has(key))
      const fault =
        broken !== undefined
          ? `its hours cannot be evaluated: ${calendars.broken.get(broken)}`
          : rules.asksHook && !hook
            ? 'it was planned with a suppression hook, and this dialer has none'
            : undefined
      if (fault !== undefined) return { fault }
      return { check: createCheck({ rules, calendars, ledger, hook, hookTimeoutMs, clock }) }
    } catch (error) {
      return { fault: messageOf(error) }
    }
  }

  return {
    async load(batches) {
      const all: Record<string, Calendar> = {}
      for (const batch of batches) {
        // Equal keys are equal calendars, in every batch; what is no calendar is found out by loading it.
        for (const [key, calendar] of Object.entries(batch.calendars))
          all[key] = calendar as unknown as Calendar
      }
      const wanted = Object.keys(all).sort().join('\n')
      if (wanted !== names) {
        calendars = await loadCalendars(all)
        names = wanted
        known.clear()
      }
      return batches.flatMap((batch) => {
        const rules = known.get(batch.id) ?? read(batch)
        known.set(batch.id, rules)
        return rules.fault === undefined ? [] : [{ batch: batch.id, why: rules.fault }]
      })
    },
    open: (now) => openCalendars(calendars, now),
    next: (key, now) => nextOpening(calendars, now, [key]),
    async check({ batch, number }) {
      const check = known.get(batch)?.check
      return check ? check(number) : { may: false, why: 'rule_failed', detail: 'the batch is not known yet' }
    },
    retries(batch) {
      const table = tables.get(batch.id) ?? retriesOf(batch)
      tables.set(batch.id, table)
      return table
    },
  }
}
