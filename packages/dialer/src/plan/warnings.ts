import type { BatchRules } from '../rules/batch-rules.ts'
import { isFilledByService, isNamedLikeExpiry } from './columns.ts'

export interface WarningInput {
  readonly rules: BatchRules
  readonly now: number
  readonly endsAt: Date | undefined
  /** How many planned leads have a number that shows no region, such as a mobile. */
  readonly withoutRegion: number
  /** The names of the leads' variables. */
  readonly variables: readonly string[]
  readonly from_number: string
}

/** What a person should know before starting the batch, one line each. */
export function warningsOf({
  rules,
  now,
  endsAt,
  withoutRegion,
  variables,
  from_number,
}: WarningInput): string[] {
  const { purpose, holidays, region, isStrict } = rules
  const warnings: string[] = []
  if (holidays) {
    const first = new Date(now).getUTCFullYear()
    const last = (endsAt ?? new Date(now)).getUTCFullYear()
    for (let year = first; year <= last; year += 1) {
      if (holidays.moved.some((table) => table.year === year)) continue
      warnings.push(
        `There is no table of moved holidays for ${year}: nobody is called on a Monday after a Sunday holiday, in any region.`,
      )
    }
    if (holidays.local.length === 0) {
      warnings.push('There are no local days: people are called on the holidays of their town or island.')
    }
    if (withoutRegion > 0 && region === undefined) {
      warnings.push(
        isStrict
          ? `Numbers that do not show their region: ${withoutRegion}. They are not called on the holidays of any region; give region if you know it.`
          : `Numbers that do not show their region: ${withoutRegion}. They are called on all holidays but the national ones; give region if you know it.`,
      )
    }
  }
  if (!endsAt)
    warnings.push('There is no estimate of when the batch ends: the hours of some leads never open.')
  if (purpose === 'commercial' && /^\+34[67]/.test(from_number)) {
    warnings.push(
      'from_number is a mobile: Spain restricts commercial calls from mobile numbers; check that yours may make them.',
    )
  }
  for (const name of variables.filter(isFilledByService)) {
    warnings.push(`The service fills the variable ${JSON.stringify(name)} itself: rename the column.`)
  }
  for (const name of variables.filter(isNamedLikeExpiry)) {
    const quoted = JSON.stringify(name)
    warnings.push(
      `The column ${quoted} is a variable, and no lead expires by it: if it is the leads' expiry date, give columns: { expires_at: ${quoted} }.`,
    )
  }
  return warnings
}
