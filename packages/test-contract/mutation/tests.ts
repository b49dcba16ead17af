/** Runs suites in this process, each of them over at its first failing assertion. */
import { collect, type Suite, type Work } from './collect.ts'

/** How the tests of a file went: the first assertion that failed, and what else went wrong. */
export interface Run {
  readonly passed: number
  readonly failure?: { readonly title: string; readonly message: string }
  /** Whatever was thrown and is no assertion proves nothing about the tests. */
  readonly crashes: readonly string[]
}

/** As in vitest.config.ts: a machine may be busy; a test that waits for ever still ends. In milliseconds. */
const limit = 20_000

async function timed(run: Work): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${limit} ms`)), limit)
  })
  await Promise.race([Promise.resolve().then(run), late]).finally(() => clearTimeout(timer))
}

/** Runs what the import of one file declares, up to the first assertion that fails, or the third test that crashes. */
export async function runTests(load: () => Promise<unknown>): Promise<Run> {
  let root: Suite | undefined
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
      if (failure || crashes.length > 2) break
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

  await attempt('import', async () => {
    root = await collect(load)
  })
  if (root) await runSuite(root, '')
  return { passed, ...(failure && { failure }), crashes }
}
