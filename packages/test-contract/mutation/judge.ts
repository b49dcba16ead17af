/** Judges one document: does any check of the contract, or the compiler, notice that it is not the spec? */
import openapiTypescript, { astToString } from 'openapi-typescript'
import { type ContractCheck, contractChecks } from '../contract/checks/contract-checks.ts'
import type { Node } from '../contract/document.ts'
import { createSchemaCompiler, sourcesIn } from '../schema-compiler.ts'

/** What became of a document. */
export type Verdict = {
  /** How many checks it passed. */
  readonly passed: number
} & (
  | { readonly result: 'killed'; readonly by: ContractCheck['suite'] | 'types'; readonly why: string }
  | { readonly result: 'survived' }
  /** Something other than an assertion failed, which says nothing about the checks. */
  | { readonly result: 'crashed'; readonly why: string }
)

/** A check that hangs crashes after this time. Generous, as the machine may be busy. */
const limitMs = 20_000

async function withinLimit(run: ContractCheck['run']): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([run(), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Generates the types of a document, as `spec/generate.ts` does for the spec. */
const generateTypes = async (document: Node): Promise<string> =>
  astToString(await openapiTypescript(JSON.stringify(document), { alphabetize: false, silent: true }))

/** Makes a judge. Each document is judged up to the first check that fails. */
export function createJudge(): (document: Node) => Promise<Verdict> {
  // The type tests come first, because they say most.
  const compile = createSchemaCompiler([
    'packages/test-contract/contract/types.test.ts',
    'packages/client/test/types.test.ts',
    ...sourcesIn('packages/client/src'),
  ])

  return async (document) => {
    let passed = 0
    let doing = 'making the checks'
    try {
      for (const { suite, name, run } of contractChecks(document)) {
        doing = `${suite} > ${name}`
        try {
          await withinLimit(run)
          passed++
        } catch (error) {
          if (!(error instanceof Error) || error.name !== 'AssertionError') throw error
          return { passed, result: 'killed', by: suite, why: `${name}: ${error.message}` }
        }
      }
      doing = 'types'
      for (const { file, message } of compile(await generateTypes(document)))
        return { passed, result: 'killed', by: 'types', why: `${file}: ${message.slice(0, 200)}` }
      return { passed, result: 'survived' }
    } catch (error) {
      return { passed, result: 'crashed', why: `${doing}: ${error}` }
    }
  }
}
