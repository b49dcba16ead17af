/**
 * Makes a function that is called with each page's cursor, and returns whether the pages go round in a circle.
 *
 * It remembers one cursor, that of page 1, 2, 4, 8 and so on (Brent's algorithm). In a circle of any length one of the
 * remembered cursors comes again before a newer one takes its place, so one cursor of memory is enough.
 */
export function createCircleDetector(): (cursor: string) => boolean {
  let remembered: string | undefined
  let page = 0
  let nextToRemember = 1
  return (cursor) => {
    if (cursor === remembered) return true
    page++
    if (page === nextToRemember) {
      remembered = cursor
      nextToRemember *= 2
    }
    return false
  }
}
