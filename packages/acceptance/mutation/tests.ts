/**
 * Stands in for vitest where a suite runs against a mutant: hundreds of runs in one process, each of them over at its
 * first failing assertion. What a suite may use of vitest is what is exported here; anything else fails the control.
 */
import { format } from 'node:util'

// Outside vitest's own workers only these two work.
export { expect, expectTypeOf } from 'vitest'

type Work = () => unknown

interface Suite {
  readonly title: string
  readonly parent: Suite | undefined
  readonly before: Work[]
  readonly after: Work[]
  readonly beforeEach: Work[]
  readonly afterEach: Work[]
  readonly inner: (Suite | Test)[]
}

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

let root = newSuite('')
let current = root

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
export const it: Declare = test

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

/** How the tests of a file went: the first assertion that failed, and what else went wrong. */
export interface Run {
  readonly passed: number
  readonly failure?: { readonly title: string; readonly message: string }
  /** Whatever was thrown and is no assertion proves nothing about the tests. */
  readonly crashes: readonly string[]
}

/** No test of these takes longer, in milliseconds. */
const limit = 10_000

async function timed(run: Work): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${limit} ms`)), limit)
  })
  await Promise.race([Promise.resolve().then(run), late]).finally(() => clearTimeout(timer))
}

/** Runs what the import of one file declares, up to the first assertion that fails. */
export async function runTests(load: () => Promise<unknown>): Promise<Run> {
  root = newSuite('')
  current = root
  let passed = 0
  let failure: Run['failure']
  const crashes: string[] = []

  const attempt = async (title: string, run: Work): Promise<boolean> => {
    try {
      await timed(run)
      return true
    } catch (error) {
      const { name, message } = error as Error
      if (name === 'AssertionError') failure ??= { title, message }
      else crashes.push(`${title}: ${error}`)
      return false
    }
  }
  const above = (suite: Suite, key: 'beforeEach' | 'afterEach'): Work[] =>
    suite.parent ? [...above(suite.parent, key), ...suite[key]] : suite[key]

  const runSuite = async (suite: Suite, name: string): Promise<void> => {
    const path = (title: string): string => (name ? `${name} > ${title}` : title)
    const inOrder = (works: readonly Work[]) => async () => {
      for (const work of works) await work()
    }
    if (!(await attempt(path('before all'), inOrder(suite.before)))) return
    for (const one of suite.inner) {
      if (failure) break
      if ('inner' in one) await runSuite(one, path(one.title))
      else {
        const title = path(one.title)
        const ready = await attempt(title, inOrder(above(suite, 'beforeEach')))
        if (ready && (await attempt(title, one.run))) passed++
        await attempt(title, inOrder(above(suite, 'afterEach')))
      }
    }
    await attempt(path('after all'), inOrder(suite.after))
  }

  if (await attempt('import', load)) await runSuite(root, '')
  return { passed, ...(failure && { failure }), crashes }
}
