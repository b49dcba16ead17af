/** Reads a date in HTTP's format, in milliseconds since 1970; NaN if it is not a date. `Date.parse` alone also takes "-5" and "in 5" for dates. */
export function parseHttpDate(value: string | null | undefined): number {
  return value?.endsWith(' GMT') ? Date.parse(value) : Number.NaN
}

/** Reads `Retry-After`, in milliseconds: a number of seconds, or a date that is compared with the response's own `Date`. */
export function retryAfterMs(headers: Headers | undefined, now: number): number | undefined {
  const value = headers?.get('retry-after')?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  const then = parseHttpDate(value)
  const from = parseHttpDate(headers?.get('date'))
  return Number.isNaN(then) ? undefined : Math.max(0, then - (Number.isNaN(from) ? now : from))
}
