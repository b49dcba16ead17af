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
 * Rejects with an Error of the code `STALE_SPEC` if it is not the spec that this package's types were generated from:
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

// Prism would really call the URL of a callback, and fetch a reference that leaves the document.
const outward = new Set(['callbacks', 'webhooks', 'servers', 'externalValue'])

function copyRecord(record: Readonly<Record<string, unknown>>, isSchemaMap: boolean): object {
  const copy: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(record)) {
    // Under `properties` the keys are names of fields, whatever they are called.
    if (!isSchemaMap) {
      if (outward.has(key)) continue
      if (key === '$ref' && !String(inner).startsWith('#')) {
        throw new Error(`it refers to ${inner}, which is not inside it`)
      }
      // Prism accepts every value if it cannot compile a schema.
      if (key === 'pattern') new RegExp(String(inner), 'u')
    }
    copy[key] = copyInert(inner, key === 'properties' && !isSchemaMap)
  }
  return copy
}

/**
 * Copies a document without anything that could make the mock send a request.
 *
 * Throws an Error for a reference that leaves the document and for a pattern that is not a regular expression.
 */
export function copyInert(value: unknown, isSchemaMap = false): unknown {
  if (Array.isArray(value)) return value.map((inner) => copyInert(inner))
  return isRecord(value) ? copyRecord(value, isSchemaMap) : value
}
