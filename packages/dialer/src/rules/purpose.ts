/**
 * Why people are called, which decides what else is asked of a call. Practice as Spanish rules suggest it, not legal advice.
 *
 * `commercial`: offers and advertising. Needs a consent given in the two years before the call, leaves out suppressed numbers,
 *   and rings on working days between 09:00 and 21:00 only, which a plan may narrow and not widen.
 * `service`: about something that the person has already: an order, an appointment, a contract. Needs no consent; leaves out suppressed
 *   numbers; has the same hours unless the plan says others.
 * `requested`: the person asked for this very call. Needs no consent and rings suppressed numbers too; has the same hours unless the
 *   plan says others, such as `always`.
 */
export type Purpose = 'commercial' | 'service' | 'requested'

export interface PurposeRules {
  readonly needsConsent: boolean
  readonly asksSuppression: boolean
  /** Hours and holidays may be narrowed only, and where a region is not known, the holidays of all are kept. */
  readonly isStrict: boolean
}

export const purposes: Readonly<Record<Purpose, PurposeRules>> = {
  commercial: { needsConsent: true, asksSuppression: true, isStrict: true },
  service: { needsConsent: false, asksSuppression: true, isStrict: false },
  requested: { needsConsent: false, asksSuppression: false, isStrict: false },
}
