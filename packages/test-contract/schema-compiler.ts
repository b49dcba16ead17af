/** TypeScript over sources of the workspace, with other types in place of those in `spec/src/schema.ts`. */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

export const root: string = fileURLToPath(new URL('../../', import.meta.url))

export interface CompilerError {
  /** From the root of the workspace. */
  readonly file: string
  /** The first line says what is wrong, the others why. */
  readonly message: string
}

/** The TypeScript sources in a folder, from the root of the workspace. */
export const sourcesIn = (folder: string): readonly string[] =>
  ts.sys.readDirectory(join(root, folder), ['.ts']).map((path) => path.slice(root.length))

/**
 * Makes a function that compiles with other types and yields the errors in `files`, one file after another. Whatever does not
 * change is kept from one compilation to the next.
 */
export function createSchemaCompiler(files: readonly string[]): (schema: string) => Iterable<CompilerError> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile)
  const { options: strict } = ts.parseJsonConfigFileContent(
    { ...config, include: [], files: [] },
    ts.sys,
    root,
  )
  // The example server's page is JavaScript with types in its comments.
  const options = { ...strict, allowJs: true, checkJs: true }
  const schemaFile = join(root, 'spec/src/schema.ts')
  const rootNames = files.map((file) => join(root, file))
  const host = ts.createCompilerHost(options)
  const readSource = host.getSourceFile.bind(host)
  const sources = new Map<string, ts.SourceFile | undefined>()
  let schemaText = ''
  host.getSourceFile = (name, version) => {
    if (name === schemaFile) return ts.createSourceFile(name, schemaText, version)
    if (!sources.has(name)) sources.set(name, readSource(name, version))
    return sources.get(name)
  }
  let program: ts.Program | undefined
  return function* compile(schema) {
    schemaText = schema
    const current = ts.createProgram({ rootNames, options, host, ...(program && { oldProgram: program }) })
    program = current
    for (const file of files) {
      for (const { messageText } of current.getSemanticDiagnostics(current.getSourceFile(join(root, file))))
        yield { file, message: ts.flattenDiagnosticMessageText(messageText, '\n') }
    }
  }
}
