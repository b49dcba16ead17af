import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { specHash } from '@digame/spec/hash'

const { resolve } = createRequire(import.meta.url)

/**
 * Reads the spec, as JSON.
 *
 * Rejects with an Error of the code `STALE_SPEC` if it is not the one from which the types were generated that this
 * mock was made with: it would judge by one contract what was compiled against another.
 */
export async function readDocument(): Promise<object> {
  const path = resolve('@digame/spec/openapi.json')
  const source = await readFile(resolve('@digame/spec/openapi.yaml'))
  const text = await readFile(path, 'utf8')
  const hash = createHash('sha256').update(source).update(text).digest('hex')
  if (hash === specHash) return JSON.parse(text)
  const message = `The spec in ${dirname(path)} is not the one that this mock was made with: in a clone run \`pnpm generate\`, elsewhere install @digame/mock and @digame/spec of one release.`
  throw Object.assign(new Error(message), { code: 'STALE_SPEC' })
}
