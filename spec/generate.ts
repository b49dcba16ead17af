/**
 * Writes `src/schema.ts`, `openapi.json` and `src/hash.ts` from `openapi.yaml`.
 *
 * - `--check` writes nothing, and fails when one of them is stale.
 * - `--hash` writes `src/hash.ts` alone, the one that is not committed.
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { parse } from 'yaml'

const at = (path: string): URL => new URL(path, import.meta.url)
const header = '// Generated from openapi.yaml by `pnpm generate`. Edit that file, not this one.\n\n'
const source = await readFile(at('openapi.yaml'), 'utf8')
const json = `${JSON.stringify(parse(source), null, 2)}\n`
const types = astToString(await openapiTypescript(source, { alphabetize: false, silent: true }))
const hash = createHash('sha256').update(source).update(json).digest('hex')
const hashFile = (value: string): string => `${header}export const specHash: string = '${value}'\n`

const committed: Readonly<Record<string, string>> = {
  'openapi.json': json,
  'src/schema.ts': header + types,
}

async function stale(files: Readonly<Record<string, string>>): Promise<[path: string, text: string][]> {
  const present = await Promise.all(
    Object.keys(files).map((path) => readFile(at(path), 'utf8').catch(() => undefined)),
  )
  return Object.entries(files).filter(([, text], index) => present[index] !== text)
}

const option = process.argv[2]
// What was not generated from this openapi.yaml has no hash: the mock refuses it until it has been.
const isFresh = option !== '--hash' || (await stale(committed)).length === 0
const hashes = { 'src/hash.ts': hashFile(isFresh ? hash : '') }
const found = await stale(option === '--hash' ? hashes : { ...committed, ...hashes })

if (option === '--check' && found.length > 0) {
  const names = found.map(([path]) => `spec/${path}`).join(' and ')
  process.stderr.write(`Not what openapi.yaml gives: ${names}; run \`pnpm generate\` and commit.\n`)
  process.exitCode = 1
}
if (option !== '--check') for (const [path, text] of found) await writeFile(at(path), text)
