import { DialerInputError } from '../errors.ts'
import { type Purpose, purposes } from '../rules/purpose.ts'

/** How long a call to a number keeps it out of other plans; `false` or 0 turns this off. */
export type Recent = { readonly days: number } | false | 0

export interface RecentOptions {
  readonly purpose: Purpose
  readonly recent?: Recent | undefined
  readonly minimumGap?: number | undefined
}

const dayMs = 86_400_000

export interface ResolvedRecent {
  readonly recentDays: number
  /** In milliseconds. */
  readonly minimumGap: number
}

function refuse(message: string): never {
  throw new DialerInputError('BAD_PLAN', message)
}

function readDays(recent: Recent): number {
  if (recent === false || recent === 0) return 0
  // From JavaScript it may be anything.
  const days: unknown = recent?.days
  if (typeof days === 'number' && Number.isFinite(days) && days >= 0) return days
  return refuse(`recent is ${JSON.stringify(recent)}: give { days: 30 }, or false to turn it off.`)
}

function readGap(minimumGap: number): number {
  if (Number.isSafeInteger(minimumGap) && minimumGap >= 0) return minimumGap
  return refuse(`minimumGap is ${minimumGap}: give whole milliseconds, such as 3600000, or 0 for none.`)
}

/** @throws DialerInputError `BAD_PLAN` */
export function resolveRecent({ purpose, recent, minimumGap }: RecentOptions): ResolvedRecent {
  const { recentDays, minimumGap: gap } = purposes[purpose]
  return {
    recentDays: recent === undefined ? recentDays : readDays(recent),
    minimumGap: minimumGap === undefined ? gap : readGap(minimumGap),
  }
}

export const recentMsOf = ({ recentDays }: Pick<ResolvedRecent, 'recentDays'>): number =>
  Math.round(recentDays * dayMs)

/**
 * What a plan's hash covers of these options: nothing while they have their defaults. So a plan that was made before they
 * existed is recognised when it is made again.
 */
export function hashedRecent(purpose: Purpose, { recentDays, minimumGap }: ResolvedRecent): object[] {
  const defaults = purposes[purpose]
  const isDefault = recentDays === defaults.recentDays && minimumGap === defaults.minimumGap
  return isDefault ? [] : [{ recentDays, minimumGap }]
}
