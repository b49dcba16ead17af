const consentYears = 2

/** When a consent becomes too old to call on: two years after it was given, in UTC; milliseconds since 1970. */
export function consentEnds(consentAt: number): number {
  const end = new Date(consentAt)
  const month = end.getUTCMonth()
  end.setUTCFullYear(end.getUTCFullYear() + consentYears)
  // A consent of 29 February ends on the 28th.
  if (end.getUTCMonth() !== month) end.setUTCDate(0)
  return end.getTime()
}

/** Why a lead cannot be called without a valid consent. */
export type ConsentFault = 'consent_missing' | 'consent_too_old' | 'consent_in_future'

/** What is wrong with a consent at a given time, if anything is. */
export function consentFault(consentAt: number | undefined, now: number): ConsentFault | undefined {
  if (consentAt === undefined) return 'consent_missing'
  if (consentAt > now) return 'consent_in_future'
  return now >= consentEnds(consentAt) ? 'consent_too_old' : undefined
}
