/** TypeScript over the client's sources and the type tests, with other types in place of those of the spec. */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import openapiTypescript, { astToString } from 'openapi-typescript'
import ts from 'typescript'
import type { Node } from '../contract/document.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const specFolder = dirname(createRequire(import.meta.url).resolve('@digame/spec/package.json'))

/** Generates the types of a document, as `spec/generate.ts` does for the spec. */
export const generateTypes = async (document: Node): Promise<string> =>
  astToString(await openapiTypescript(JSON.stringify(document), { alphabetize: false, silent: true }))

/** What is compiled: first the type tests, which say most, then the sources that use the types. */
const compiledFiles = (): string[] => [
  fileURLToPath(new URL('../contract/types.test.ts', import.meta.url)),
  join(root, 'packages/client/test/types.test.ts'),
  ...ts.sys.readDirectory(join(root, 'packages/client/src'), ['.ts']),
]

export interface Compiler {
  /** Compiles with these types in `spec/src/schema.ts`; returns the first error, if there is one. */
  firstError(types: string): string | undefined
}

/** Makes a compiler that keeps what does not change from one compilation to the next. */
export function createCompiler(): Compiler {
  const configFile = join(root, 'tsconfig.json')
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const schema = join(specFolder, 'src/schema.ts')
  const files = compiledFiles()
  const host = ts.createCompilerHost(options)
  const sources = new Map<string, ts.SourceFile | undefined>()
  let schemaText = ''
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (name, version) => {
    if (name === schema) return ts.createSourceFile(name, schemaText, version)
    if (!sources.has(name)) sources.set(name, read(name, version))
    return sources.get(name)
  }
  let program: ts.Program | undefined
  return {
    firstError(types) {
      schemaText = types
      program = ts.createProgram({ rootNames: files, options, host, ...(program && { oldProgram: program }) })
      for (const name of files) {
        const [error] = program.getSemanticDiagnostics(program.getSourceFile(name))
        if (error) {
          const text = ts.flattenDiagnosticMessageText(error.messageText, ' ').slice(0, 200)
          return `${name.slice(root.length)}: ${text}`
        }
      }
      return undefined
    },
  }
}
