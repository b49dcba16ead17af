/** TypeScript over the client's sources and the type tests, with the types of a mutant in place of the spec's. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { specFolder } from './package.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** What is judged: the type tests, what says most first, and the sources that the types flow into. */
const judgedFiles = (): string[] => [
  fileURLToPath(new URL('../contract/types.test.ts', import.meta.url)),
  join(root, 'packages/client/test/types.test.ts'),
  ...ts.sys.readDirectory(join(root, 'packages/client/src'), ['.ts']),
]

export interface Compiler {
  /** The first error with these types, if there is one. */
  firstError(types: string): string | undefined
}

export function createCompiler(): Compiler {
  const configFile = join(root, 'tsconfig.json')
  const { config } = ts.readConfigFile(configFile, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const schema = join(specFolder, 'src/schema.ts')
  const files = judgedFiles()
  const host = ts.createCompilerHost(options)
  const known = new Map<string, ts.SourceFile | undefined>()
  let types = ''
  const read = host.getSourceFile.bind(host)
  host.getSourceFile = (name, version) => {
    if (name === schema) return ts.createSourceFile(name, types, version)
    if (!known.has(name)) known.set(name, read(name, version))
    return known.get(name)
  }
  let program: ts.Program | undefined
  return {
    firstError(given) {
      types = given
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
