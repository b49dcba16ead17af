/** Which page to cut; the values have been judged already. */
export interface PageQuery {
  readonly after?: string
  readonly before?: string
  readonly page?: string
  readonly limit: number
  readonly order?: string
}

/** A page as the API returns it. */
export interface Page<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
  readonly current_page: number | null
  readonly total_pages: number | null
}

const toPage = <T extends { readonly id: string }>(
  data: readonly T[],
  has_more: boolean,
  current_page: number | null,
  total_pages: number | null,
): Page<T> => ({
  data,
  has_more,
  first_id: data[0]?.id ?? null,
  last_id: data.at(-1)?.id ?? null,
  current_page,
  total_pages,
})

/**
 * Cuts a page out of items that come oldest first; undefined if the cursor is not one of them.
 *
 * A page by cursor has no number. `has_more` says whether there are more items in the direction of paging.
 */
export function cutPage<T extends { readonly id: string }>(
  oldestFirst: readonly T[],
  query: PageQuery,
): Page<T> | undefined {
  const { after, before, limit } = query
  const items = query.order === 'asc' ? oldestFirst : oldestFirst.toReversed()
  const cursor = (after ?? before)?.toLowerCase()
  if (cursor === undefined) {
    const number = Number(query.page ?? 1)
    const from = (number - 1) * limit
    const data = items.slice(from, from + limit)
    return toPage(data, from + limit < items.length, number, Math.ceil(items.length / limit))
  }
  const index = items.findIndex(({ id }) => id === cursor)
  if (index < 0) return undefined
  if (after !== undefined) {
    const from = index + 1
    return toPage(items.slice(from, from + limit), from + limit < items.length, null, null)
  }
  return toPage(items.slice(Math.max(0, index - limit), index), index > limit, null, null)
}
