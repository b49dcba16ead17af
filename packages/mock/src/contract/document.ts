import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { isRecord } from '@digame/internal'
import { specHash } from '@digame/spec/hash'

const { resolve } = createRequire(import.meta.url)

/**
 * Reads the installed spec, as JSON.
 *
 * Rejects with an Error with the code `STALE_SPEC` if it is not the spec that this package's types were generated from:
 * the mock would judge requests by one contract while its code was compiled against another.
 */
export async function readInstalledDocument(): Promise<object> {
  const path = resolve('@digame/spec/openapi.json')
  const source = await readFile(resolve('@digame/spec/openapi.yaml'))
  const text = await readFile(path, 'utf8')
  const hash = createHash('sha256').update(source).update(text).digest('hex')
  if (hash === specHash) return JSON.parse(text)
  const message = `The spec in ${dirname(path)} is not the one that this mock was made with: in a clone run \`pnpm generate\`, elsewhere install @digame/mock and @digame/spec of one release.`
  throw Object.assign(new Error(message), { code: 'STALE_SPEC' })
}

// Prism would send requests to callback URLs, and fetch references that point outside the document.
const outboundKeys = new Set(['callbacks', 'webhooks', 'servers', 'externalValue'])

/** Maps whose keys are names that the document's author chose, which may be any text. */
const nameMaps = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'schemas',
  'responses',
  'parameters',
  'examples',
])

function copyRecord(record: Readonly<Record<string, unknown>>, isNameMap: boolean): object {
  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(record)) {
    if (!isNameMap) {
      if (outboundKeys.has(key)) continue
      if (key === '$ref' && !String(value).startsWith('#')) {
        throw new Error(`it refers to ${value}, which is not inside it`)
      }
      // Prism accepts every value if it cannot compile a schema.
      if (key === 'pattern') new RegExp(String(value), 'u')
    }
    copy[key] = copyInert(value, nameMaps.has(key) && !isNameMap)
  }
  return copy
}

/**
 * Copies a document without the parts that could make the mock send a request.
 *
 * Throws an Error for a reference that points outside the document, and for a pattern that is not a regular expression.
 *
 * @param isNameMap whether the keys of `value` are chosen names, and so mean nothing
 */
export function copyInert(value: unknown, isNameMap = false): unknown {
  if (Array.isArray(value)) return value.map((item) => copyInert(item))
  return isRecord(value) ? copyRecord(value, isNameMap) : value
}
