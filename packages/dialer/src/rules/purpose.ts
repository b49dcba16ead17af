/**
 * Why people are called. The purpose decides what else must hold for a call. This is practice as Spanish rules suggest it, not
 * legal advice.
 *
 * - `commercial`: offers and advertising. Needs a consent given in the two years before the call, leaves out suppressed
 *   numbers, and calls on working days between 09:00 and 21:00 only; a plan may narrow these hours, not widen them.
 * - `service`: about something that the person already has, such as an order, an appointment or a contract. Needs no consent,
 *   leaves out suppressed numbers, and keeps the same hours unless the plan sets others.
 * - `requested`: the person asked for this very call. Needs no consent, calls suppressed numbers too, and keeps the same hours
 *   unless the plan sets others, such as `always`.
 */
export type Purpose = 'commercial' | 'service' | 'requested'

export interface PurposeRules {
  readonly needsConsent: boolean
  /** Whether suppressed numbers are left out. */
  readonly asksSuppression: boolean
  /** Hours and holidays can only be narrowed, and a number of unknown region keeps the holidays of every region. */
  readonly isStrict: boolean
  /** People who were called in this time before a plan are left out of it, unless the plan says otherwise. */
  readonly recentDays: number
  /** Least time between two calls to a number, in milliseconds, unless the plan says otherwise. */
  readonly minimumGap: number
}

/** As long as the shortest wait of the default retry table, so that the gap delays none of its retries. */
const defaultGap = 600_000

export const purposes: Readonly<Record<Purpose, PurposeRules>> = {
  commercial: {
    needsConsent: true,
    asksSuppression: true,
    isStrict: true,
    recentDays: 30,
    minimumGap: defaultGap,
  },
  service: {
    needsConsent: false,
    asksSuppression: true,
    isStrict: false,
    recentDays: 1,
    minimumGap: defaultGap,
  },
  requested: { needsConsent: false, asksSuppression: false, isStrict: false, recentDays: 0, minimumGap: 0 },
}

export const isPurpose = (value: unknown): value is Purpose =>
  typeof value === 'string' && Object.hasOwn(purposes, value)
