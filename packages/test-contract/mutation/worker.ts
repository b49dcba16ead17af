/**
 * Takes documents by messages and says of each what its tests made of it. One process does many, one after another.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire, registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createCompiler } from './compiler.ts'
import { writePackage } from './package.ts'
import { suites } from './suites.ts'
import { runTests } from './tests.ts'

/** What became of a document. */
export interface Verdict {
  /** The suite whose assertion failed first, or `types`; undefined if everything passed. */
  readonly killedBy?: string
  /** What failed. */
  readonly why?: string
  readonly passed: number
  readonly crashes: readonly string[]
  readonly ms: number
}

// The client knows nothing of the document when it runs; what stands here keeps its state.
const once = [new URL('.', import.meta.resolve('@digame/client')).href, new URL('.', import.meta.url).href]

let current: { readonly number: number; readonly folder: string } | undefined
let count = 0

// Each mutant has the suites and the mock anew, with its own spec below them.
registerHooks({
  resolve(specifier, context, next) {
    const { parentURL = '' } = context
    if (current === undefined || parentURL.includes('/node_modules/')) return next(specifier, context)
    if (specifier === 'vitest' && parentURL.includes('?mutant='))
      return next('./vitest.ts', { ...context, parentURL: import.meta.url })
    if (/^@digame\/spec(\/|$)/.test(specifier) && !parentURL.includes(current.folder)) {
      // A package finds itself by its own name.
      const path = createRequire(join(current.folder, 'generate.ts')).resolve(specifier)
      return { url: pathToFileURL(path).href, shortCircuit: true }
    }
    const found = next(specifier, context)
    const { url } = found
    const ours = url.startsWith('file:') && !url.includes('/node_modules/') && parentURL.includes('?mutant=')
    if (!ours || once.some((folder) => url.startsWith(folder))) return found
    return { ...found, url: `${found.url}?mutant=${current.number}` }
  },
})

const compiler = createCompiler()

async function judge(document: object): Promise<Verdict> {
  const begun = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'digame-mutant-'))
  const crashes: string[] = []
  let passed = 0
  const verdict = (killed?: Pick<Verdict, 'killedBy' | 'why'>): Verdict => ({
    ...killed,
    passed,
    crashes,
    ms: performance.now() - begun,
  })
  try {
    await writePackage(folder, document)
    current = { number: count++, folder }
    for (const suite of suites) {
      const { href } = new URL(`${suite}?mutant=${current.number}`, import.meta.url)
      const run = await runTests(() => import(href))
      passed += run.passed
      crashes.push(...run.crashes)
      if (run.failure) {
        const name = suite.replace(/.*\/|\.test\.ts$/g, '')
        return verdict({ killedBy: name, why: `${run.failure.title}: ${run.failure.message}` })
      }
    }
    const error = compiler.firstError(await readFile(join(folder, 'src/schema.ts'), 'utf8'))
    return verdict(error === undefined ? {} : { killedBy: 'types', why: error })
  } catch (error) {
    crashes.push(String(error))
    return verdict()
  } finally {
    current = undefined
    await rm(folder, { recursive: true, force: true })
  }
}

process.on('message', async (document: object) => {
  const verdict = await judge(document)
  if (process.connected) process.send?.(verdict)
})
