import { compareWithVendor, longestText } from '@digame/spec-diff'
import { describe, expect, it } from 'vitest'
import { changed, type Loose, list, refusal, schemas } from './helpers.ts'

/** Aliases of aliases: nine of the last one in each line. */
function bomb(lines: number): string {
  const nine = (name: string): string => `[${Array(9).fill(name).join(', ')}]`
  const rows = Array.from(
    { length: lines },
    (_, index) => `b${index + 1}: &b${index + 1} ${nine(`*b${index}`)}`,
  )
  return ['openapi: 3.1.0', 'paths: {}', `b0: &b0 ${nine('x')}`, ...rows].join('\n')
}

const manyAliases = (count: number): string => {
  const lines = Array.from({ length: count }, (_, index) => `  - &k${index} 1\n  - *k${index}`)
  return `openapi: 3.1.0\npaths: {}\nx-list:\n${lines.join('\n')}`
}

describe('a text that would hang the parser is refused', () => {
  it.each<[string, () => string, RegExp]>([
    ['too long', () => ' '.repeat(longestText.json + 1), /^TOO_LARGE The document is larger than 8 MiB\.$/],
    [
      'too long for YAML',
      () => `#${' '.repeat(longestText.yaml)}`,
      /^TOO_LARGE The document is larger than 0.5 MiB of YAML\.$/,
    ],
    [
      'JSON nested deeply',
      () => '['.repeat(500_000) + ']'.repeat(500_000),
      /^NOT_OPENAPI The document is a list/,
    ],
    ['open braces', () => '{'.repeat(2_000_000), /^UNREADABLE The document is not valid JSON/],
    [
      'open brackets',
      () => `a: ${'['.repeat(100_000)}`,
      /^TOO_DEEP The document is nested too deeply to be read\.$/,
    ],
    ['closed brackets', () => `a: ${']'.repeat(100_000)}`, /^UNREADABLE /],
    ['lists of lists', () => '- '.repeat(100_000), /^TOO_DEEP /],
    ['keys of keys', () => '? '.repeat(100_000), /^TOO_DEEP /],
    ['anchors on anchors', () => '&a '.repeat(60_000), /^UNREADABLE /],
    ['a bomb of aliases', () => bomb(60), /^ALIASES The document's aliases cannot be followed: /],
    ['many aliases', () => manyAliases(20_000), /^ALIASES The document has more than 1000 aliases\.$/],
    ['an alias of nothing', () => 'openapi: *a', /^ALIASES .*Unresolved alias/],
  ])('%s', { timeout: 120_000 }, (_, make, line) => {
    expect(refusal(make())).toMatch(line)
  })

  it('but not one with a thousand aliases, or with merge keys', () => {
    expect(refusal(manyAliases(1000))).toMatch(/^TOO_DIFFERENT /)
    expect(refusal('a: &a { openapi: 4.0.0 }\n<<: *a')).toMatch(/^UNSUPPORTED_VERSION .* OpenAPI 4\.0\.0/)
  })

  it('nor an alias inside the value that it names', () => {
    expect(refusal('openapi: &a [*a]')).toMatch(/^NOT_OPENAPI /)
    expect(refusal('openapi: 3.1.0\npaths: &p { /v1/call/: { get: *p } }')).toMatch(/^MALFORMED /)
  })
})

describe('schemas that would take forever to compare are refused', () => {
  it.each<[string, (document: Loose) => void, RegExp]>([
    [
      'references that double, and double again',
      (d) => {
        for (let level = 0; level < 30; level++) {
          const next = { $ref: `#/components/schemas/L${level + 1}` }
          schemas(d)[`L${level}`] = { anyOf: [next, next] }
        }
        schemas(d).L30 = { type: 'string' }
        schemas(d).CallStatus = { $ref: '#/components/schemas/L0' }
      },
      /^TOO_COMPLEX The document at \/request\/query\/status: the schema comes to more than 200 alternatives\.$/,
    ],
    [
      'alternatives of alternatives',
      (d) => {
        const either = { anyOf: Array.from({ length: 15 }, (_, index) => ({ minLength: index })) }
        schemas(d).CallStatus = { type: 'string', allOf: [either, either] }
      },
      /^TOO_COMPLEX The document at \/request\/query\/status: the schema comes to more than 200 alternatives\.$/,
    ],
    [
      'schemas in schemas',
      (d) => {
        let schema: Loose = { type: 'string' }
        for (let depth = 0; depth < 50_000; depth++) schema = { allOf: [schema] }
        schemas(d).CallStatus = schema
      },
      /^TOO_DEEP /,
    ],
    [
      'values without end',
      (d) => {
        schemas(d).CallStatus.enum = Array.from({ length: 300_000 }, (_, index) => `s${index}`)
      },
      /^TOO_DIFFERENT /,
    ],
    [
      'properties without end',
      (d) => {
        for (let index = 0; index < 200_000; index++) schemas(d).Call.properties[`p${index}`] = {}
      },
      /^TOO_DIFFERENT /,
    ],
    [
      'differences without end',
      (d) => {
        schemas(d).CallStatus.enum = Array.from({ length: 2000 }, (_, index) => `s${index}`)
      },
      /^TOO_DIFFERENT There are more than 1000 differences: the document describes another API\.$/,
    ],
  ])('%s', (_, change, line) => {
    expect(refusal(changed(change))).toMatch(line)
  })

  it('but not a document of twenty thousand paths', () => {
    const document = changed((d) => {
      for (let index = 0; index < 20_000; index++) d.paths[`/v1/x${index}/{id}`] = { get: list(d) }
    })
    expect(compareWithVendor(document)).toEqual([])
  })
})

it('long names are cut', () => {
  const document = changed((d) => {
    schemas(d).CallRequest.properties['x\n'.repeat(1000)] = {}
    schemas(d).CallStatus.enum.push('y'.repeat(100_000))
  })
  for (const { at, value = '', message } of compareWithVendor(document)) {
    expect(at.length + value.length + message.length).toBeLessThan(1000)
    expect(at + value + message).not.toContain('\n')
  }
})
