/** The compiler over everything that uses the spec's types, with other types in their place. */
import { join } from 'node:path'
import ts from 'typescript'

/** The sources that see the spec's types, and the test that holds them against the contract. */
const folders = [
  'packages/client/src',
  'packages/mock/src',
  'packages/spec-diff/src',
  'apps/cli/src',
  'apps/server/src',
]
const files = ['packages/dialer/src/client.ts', 'packages/test-contract/contract/types.test.ts']

/** Leaves the bodies of types out of a message, innermost first: they make it long, and only its beginning tells anything. */
function shorten(message: string): string {
  const shorter = message.replace(/\{ [^{}]* \}/g, '…').replace(/<[^<>]*[^<>…][^<>]*>/g, '<…>')
  return shorter === message ? message : shorten(shorter)
}

/** Makes a function that returns the errors with other text in place of `spec/src/schema.ts`, as `file: message`, each once. */
export function createCompiler(root: string): (schema: string) => readonly string[] {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [] }, ts.sys, root)
  const rootNames = [
    ...folders.flatMap((folder) => ts.sys.readDirectory(join(root, folder), ['.ts'])),
    ...files.map((file) => join(root, file)),
  ]
  const schemaFile = join(root, 'spec/src/schema.ts')
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
  return (schema) => {
    schemaText = schema
    const current = ts.createProgram({
      rootNames,
      options,
      host,
      ...(program && { oldProgram: program }),
    })
    program = current
    const errors = rootNames.flatMap((name) =>
      current
        .getSemanticDiagnostics(current.getSourceFile(name))
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n').split('\n')[0] ?? '')
        .map((message) => `${name.slice(root.length)}: ${shorten(message)}`),
    )
    return [...new Set(errors)]
  }
}
