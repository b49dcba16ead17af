/** What a page is asked for with; the values have been judged already. */
export interface PageQuery {
  readonly after?: string
  readonly before?: string
  readonly page?: string
  readonly limit: number
  readonly order?: string
}

/** A page as the API shows it. */
export interface Page<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
  readonly first_id: string | null
  readonly last_id: string | null
  readonly current_page: number | null
  readonly total_pages: number | null
}

/**
 * Cuts a page out of things that stand oldest first; undefined if the cursor is none of them.
 *
 * A page by cursor has no number. `has_more` says whether more lies in the direction of the paging.
 */
export function pageOf<T extends { readonly id: string }>(
  oldestFirst: readonly T[],
  query: PageQuery,
): Page<T> | undefined {
  const { after, before, limit } = query
  const all = query.order === 'asc' ? oldestFirst : oldestFirst.toReversed()
  const cursor = (after ?? before)?.toLowerCase()
  if (cursor === undefined) {
    const number = Number(query.page ?? 1)
    const from = (number - 1) * limit
    const data = all.slice(from, from + limit)
    return envelope(data, from + limit < all.length, number, Math.ceil(all.length / limit))
  }
  const at = all.findIndex(({ id }) => id === cursor)
  if (at < 0) return undefined
  if (after !== undefined)
    return envelope(all.slice(at + 1, at + 1 + limit), at + 1 + limit < all.length, null, null)
  return envelope(all.slice(Math.max(0, at - limit), at), at > limit, null, null)
}

const envelope = <T extends { readonly id: string }>(
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
