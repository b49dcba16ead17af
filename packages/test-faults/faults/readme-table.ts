/** The table in the client's README: how each fault ends. */
import type { Ending } from './cell.ts'

interface Row {
  readonly posts: Set<number>
  readonly made: Set<string>
  readonly not: Set<string>
}

/** Requests that arrive for one create of each rival, with its defaults and a shortened timeout, on Node in 2026-11. */
const rivals: Readonly<
  Record<string, readonly [retell: number, vapi: number, openai: number, twilio: number]>
> = {
  'resets after the request was read': [3, 1, 3, 1],
  'is silent': [3, 1, 3, 1],
  'responds with 500': [3, 3, 3, 1],
  'responds with 409': [3, 1, 3, 1],
}

const begin = '<!-- what came of each fault: begin -->\n'
const end = '<!-- what came of each fault: end -->'

/** The table as it is in a README. */
export const tableIn = (readme: string): string =>
  readme.slice(readme.indexOf(begin) + begin.length, readme.indexOf(end))

/** Collects how creates ended under each fault. */
export class FaultReport {
  readonly #rows: ReadonlyMap<string, Row>

  /** @param faults in the order of the table's rows */
  constructor(faults: readonly string[]) {
    this.#rows = new Map(faults.map((name) => [name, { posts: new Set(), made: new Set(), not: new Set() }]))
  }

  /** Adds the ending of one create; `made` says whether the service made the call. */
  add(fault: string, made: boolean, posts: number, ending: Ending): void {
    const row = this.#rows.get(fault)
    if (!row) throw new Error(`The table has no row for ${fault}`)
    row.posts.add(posts)
    row[made ? 'made' : 'not'].add(ending.call ? 'returned' : `\`placed: '${ending.error?.placed}'\``)
  }

  /** The table in Markdown. */
  table(): string {
    const list = (values: Iterable<unknown>): string => [...values].join(' or ') || '–'
    const rows = new Map<string, string[]>()
    for (const [fault, { posts, made, not }] of this.#rows) {
      const others = rivals[fault]
      const cells = [list(posts), list(made), list(not), ...(others ?? ['', '', '', ''])].join(' | ')
      // Statuses that differ in nothing else share a row.
      const status = others ? undefined : /^responds with (\d+)$/.exec(fault)?.[1]
      const row = status ? `responds with ${cells}` : `${fault} ${cells}`
      const shared = rows.get(row)
      if (shared && status) shared[0] += `, ${status}`
      else rows.set(row, [fault, cells])
    }
    const lines = [...rows.values()].map((cells) => `| ${cells.join(' | ')} |\n`)
    const head =
      '| the service … | POSTs | the call was made | it was not | retell-sdk | @vapi-ai/server-sdk | openai | twilio |\n' +
      '| --- | --- | --- | --- | --- | --- | --- | --- |\n'
    return head + lines.join('')
  }
}
