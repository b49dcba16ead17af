/** The declarations of vitest that the suites use: they collect, and run nothing. */
import { format } from 'node:util'

export type Work = () => unknown

/** What one `describe`, or a whole file, declared. */
export interface Suite {
  readonly title: string
  readonly parent: Suite | undefined
  readonly before: Work[]
  readonly after: Work[]
  readonly beforeEach: Work[]
  readonly afterEach: Work[]
  readonly inner: (Suite | Test)[]
}

/** One test as it was declared. */
interface Test {
  readonly title: string
  readonly run: Work
}

const newSuite = (title: string, parent?: Suite): Suite => ({
  title,
  parent,
  before: [],
  after: [],
  beforeEach: [],
  afterEach: [],
  inner: [],
})

let current = newSuite('')

const functionIn = (given: readonly unknown[]) =>
  given.find((one) => typeof one === 'function') as (...args: readonly unknown[]) => unknown

function titled(title: string, row: unknown, args: readonly unknown[]): string {
  const named = title.replace(/\$(\w+)/g, (_, name: string) => String((row as Record<string, unknown>)[name]))
  return format(named, ...args.slice(0, named.match(/%[a-z]/g)?.length ?? 0))
}

type Each = (rows: readonly unknown[]) => (title: string, ...given: readonly unknown[]) => void

const each =
  (one: (title: string, work: Work) => void): Each =>
  (rows) =>
  (title, ...given) => {
    const work = functionIn(given)
    for (const row of rows) {
      const args: readonly unknown[] = Array.isArray(row) ? row : [row]
      one(titled(title, row, args), () => work(...args))
    }
  }

interface Declare {
  (title: string, ...given: readonly unknown[]): void
  readonly each: Each
}

const addSuite = (title: string, work: Work): void => {
  const suite = newSuite(title, current)
  current.inner.push(suite)
  current = suite
  work()
  current = suite.parent as Suite
}
const addTest = (title: string, run: Work): void => {
  current.inner.push({ title, run })
}
const declare = (add: (title: string, work: Work) => void): Declare =>
  Object.assign((title: string, ...given: readonly unknown[]) => add(title, functionIn(given) as Work), {
    each: each(add),
  })

export const describe: Declare = declare(addSuite)
export const test: Declare = declare(addTest)

type Hook = (work: Work, timeout?: number) => void

export const beforeAll: Hook = (work) => {
  current.before.push(work)
}
export const afterAll: Hook = (work) => {
  current.after.push(work)
}
export const beforeEach: Hook = (work) => {
  current.beforeEach.push(work)
}
export const afterEach: Hook = (work) => {
  current.afterEach.push(work)
}

/** What the import of one file declares. */
export async function collect(load: () => Promise<unknown>): Promise<Suite> {
  const root = newSuite('')
  current = root
  await load()
  return root
}
