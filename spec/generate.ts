/**
 * Writes `src/schema.ts` and `openapi.json` from `openapi.yaml`; with `--check`, writes nothing and fails when they are stale.
 */
import { readFile, writeFile } from 'node:fs/promises'
import openapiTypescript, { astToString } from 'openapi-typescript'
import { parse } from 'yaml'

const at = (path: string): URL => new URL(path, import.meta.url)
const source = await readFile(at('openapi.yaml'), 'utf8')

const types = astToString(await openapiTypescript(source, { alphabetize: false, silent: true }))
const generated: Record<string, string> = {
  'openapi.json': `${JSON.stringify(parse(source), null, 2)}\n`,
  'src/schema.ts': `// Generated from openapi.yaml by \`pnpm generate\`. Edit that file, not this one.\n\n${types}`,
}

const stale: string[] = []
for (const [path, text] of Object.entries(generated)) {
  const present = await readFile(at(path), 'utf8').catch(() => '')
  if (present === text) continue
  stale.push(path)
  if (!process.argv.includes('--check')) await writeFile(at(path), text)
}

if (process.argv.includes('--check') && stale.length > 0) {
  process.stderr.write(
    `spec/${stale.join(' and spec/')} do not match openapi.yaml: run \`pnpm generate\` and commit.\n`,
  )
  process.exitCode = 1
}
