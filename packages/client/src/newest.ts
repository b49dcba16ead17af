/** Adds a value to a set that keeps only the newest `most`. Returns the value that falls out, if one does. */
export function keepNewest(newest: Set<string>, value: string, most: number): string | undefined {
  newest.add(value)
  if (newest.size <= most) return undefined
  const [oldest = ''] = newest
  newest.delete(oldest)
  return oldest
}
