/** A date-time of the API in milliseconds since 1970; one without a zone is UTC. NaN if it cannot be read. */
export const momentOf = (date: string): number =>
  Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(date) ? date : `${date}Z`)
