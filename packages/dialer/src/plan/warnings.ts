import type { BatchRules } from '../rules/batch-rules.ts'

export interface WarningInput {
  readonly rules: BatchRules
  readonly now: number
  readonly endsAt: Date | undefined
  /** Planned leads whose numbers tell no region, mobiles above all. */
  readonly withoutRegion: number
  /** Variables that the service fills itself. */
  readonly filled: readonly string[]
  readonly from_number: string
}

/** What a person should know before a batch is started, a line each. */
export function warningsOf({
  rules,
  now,
  endsAt,
  withoutRegion,
  filled,
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
        `There is no table of moved holidays for ${year}: every Monday after a Sunday holiday is closed everywhere.`,
      )
    }
    if (holidays.local.length === 0) {
      warnings.push('No local days are given: the holidays of towns and islands are not kept.')
    }
    if (withoutRegion > 0 && region === undefined) {
      warnings.push(
        isStrict
          ? `${withoutRegion} numbers do not tell their region: they are closed on the holidays of every region; give region if you know it.`
          : `${withoutRegion} numbers do not tell their region: only national holidays are kept for them; give region if you know it.`,
      )
    }
  }
  if (!endsAt) warnings.push('It cannot be told when it ends: the hours of some leads do not open.')
  if (purpose === 'commercial' && /^\+34[67]/.test(from_number)) {
    warnings.push(
      'from_number is a mobile: Spain has restricted commercial calls from mobile numbers; check yours.',
    )
  }
  for (const name of filled) {
    warnings.push(`The service fills the variable ${JSON.stringify(name)} itself: name the column otherwise.`)
  }
  return warnings
}
