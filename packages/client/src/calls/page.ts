import { isRecord } from '@digame/internal'
import type { Core, Draft } from '../http/core.ts'
import { read } from '../http/read.ts'
import { keepNewest } from '../newest.ts'
import type { RequestOptions } from '../options.ts'
import { createCircleDetector } from './circle.ts'

/** One page of a list. */
export interface Page<Item> {
  readonly data: Item[]
  /** Whether more pages follow. */
  readonly has_more: boolean
  /** The cursor for `before`. */
  readonly first_id?: string | null
  /** The cursor for `after`. */
  readonly last_id?: string | null
  readonly current_page?: number | null
  readonly total_pages?: number | null
}

/** Await it for one page, or iterate over it for every item from that page on. It keeps one page in memory at a time. */
export type Pages<Item> = Promise<Page<Item>> & AsyncIterable<Item>

/** Whether a body can be used as a page: it has a list of objects. Anything else that it has or lacks passes through. */
export function isPage<Item extends object>(body: unknown): body is Page<Item> {
  return isRecord(body) && Array.isArray(body['data']) && body['data'].every(isRecord)
}

/** How many ids are remembered to skip items that were already yielded: new calls shift the pages while you read. */
const mostIds = 5000

/** How many pages in a row may bring nothing new before the list counts as complete: a page may come twice, or empty. */
const mostStalePages = 2

/** Makes a list of which nothing is requested until it is awaited or iterated. */
export function createPages<Item extends { id: string }>(
  core: Core,
  draft: Draft,
  options: RequestOptions,
  onItem: (item: Item) => unknown = () => {},
): Pages<Item> {
  const readPage = async (query: Draft['query']): Promise<Page<Item>> => {
    const { value } = await read(core, { ...draft, query }, options, isPage<Item>)
    for (const item of value.data) onItem(item)
    return value
  }
  let first: Promise<Page<Item>> | undefined
  const firstPage = (): Promise<Page<Item>> => {
    first ??= readPage(draft.query)
    return first
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: a list is there to be awaited
    then: (done, failed) => firstPage().then(done, failed),
    catch: (failed) => firstPage().catch(failed),
    finally: (done) => firstPage().finally(done),
    [Symbol.toStringTag]: 'Pages',
    [Symbol.asyncIterator]: () => iterate(firstPage, readPage, draft.query ?? {}),
  }
}

/** Yields every item once, page after page, in the direction of the query's cursor. */
async function* iterate<Item extends { id: string }>(
  firstPage: () => Promise<Page<Item>>,
  readPage: (query: Draft['query']) => Promise<Page<Item>>,
  { before, after: _, page: __, ...filters }: NonNullable<Draft['query']>,
): AsyncGenerator<Item, void, undefined> {
  const isBackwards = before !== undefined
  const yielded = new Set<string>()
  const isCircle = createCircleDetector()
  let stalePages = 0
  let cursor: string | undefined
  for (let page = await firstPage(); ; ) {
    let fresh = 0
    for (const item of page.data) {
      // An item without an id cannot be told from another one, so it is never skipped.
      const hasId = typeof item.id === 'string'
      if (hasId && yielded.has(item.id)) continue
      fresh++
      if (hasId) keepNewest(yielded, item.id, mostIds)
      yield item
    }
    cursor =
      (isBackwards ? (page.first_id ?? page.data[0]?.id) : (page.last_id ?? page.data.at(-1)?.id)) ?? cursor
    stalePages = fresh === 0 ? stalePages + 1 : 0
    if (page.has_more === false || stalePages > mostStalePages || !cursor) return
    // A page without anything new may repeat its cursor: that is counted above.
    if (fresh > 0 && isCircle(cursor)) return
    page = await readPage({ ...filters, [isBackwards ? 'before' : 'after']: cursor })
  }
}
