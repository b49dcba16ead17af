import { read } from '../http/read.ts'
import type { Core, Draft, RequestOptions } from '../http/request.ts'
import { isPage } from './look-up.ts'

/** One page. */
export interface Page<Item> {
  readonly data: Item[]
  /** Whether something follows. */
  readonly has_more: boolean
  /** The cursor for `before`. */
  readonly first_id?: string | null
  /** The cursor for `after`. */
  readonly last_id?: string | null
  readonly current_page?: number | null
  readonly total_pages?: number | null
}

/** Await it for one page; iterate it for everything from that page on, one page in memory at a time. */
export type Pages<Item> = Promise<Page<Item>> & AsyncIterable<Item>

/** How many ids are kept to recognise what was already given; new calls shift the pages while one reads. */
const recent = 5000

/** Nothing is sent before it is awaited or iterated. */
export function pages<Item extends { id: string }>(
  core: Core,
  path: Draft['path'],
  where: string,
  params: NonNullable<Draft['params']>,
  options: RequestOptions,
  seen: (item: Item) => unknown = () => {},
): Pages<Item> {
  const get = async (query: Record<string, unknown>): Promise<Page<Item>> => {
    const { body } = await read(core, where, { path, params: { ...params, query } }, options, isPage)
    const page = body as Page<Item>
    for (const item of page.data) seen(item)
    return page
  }
  let first: Promise<Page<Item>> | undefined
  const page = (): Promise<Page<Item>> => {
    first ??= get({ ...params.query })
    return first
  }
  async function* all(): AsyncGenerator<Item, void, undefined> {
    const given = new Set<string>()
    // A cursor that comes again begins a circle: compared with one that is left behind ever less often.
    let mark: string | undefined
    let steps = 0
    let barren = 0
    let cursor: string | undefined
    for (let now = await page(); ; ) {
      let fresh = 0
      for (const item of now.data) {
        if (item.id !== undefined && item.id !== null && given.has(item.id)) continue
        fresh++
        given.add(item.id)
        if (given.size > recent) given.delete(given.values().next().value as string)
        yield item
      }
      const { before, page: _, ...rest } = params.query ?? {}
      cursor =
        (before === undefined ? (now.last_id ?? now.data.at(-1)?.id) : (now.first_id ?? now.data[0]?.id)) ??
        cursor
      // A page may come twice or empty; without anything new it would be given for ever.
      barren = fresh === 0 ? barren + 1 : 0
      if (now.has_more === false || barren > 2 || !cursor || (fresh > 0 && cursor === mark)) return
      // At the powers of two.
      if ((steps & (steps + 1)) === 0) mark = cursor
      steps++
      now = await get(before === undefined ? { ...rest, after: cursor } : { ...rest, before: cursor })
    }
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: awaiting it is what it is for
    then: (done, failed) => page().then(done, failed),
    catch: (failed) => page().catch(failed),
    finally: (done) => page().finally(done),
    [Symbol.toStringTag]: 'Pages',
    [Symbol.asyncIterator]: all,
  }
}
