import { compareWithVendor } from '@digame/spec-diff'
import { describe, expect, it } from 'vitest'
import { copy, type Loose, list, place, schemas, short } from './helpers.ts'

const found = (change: (document: Loose) => void) => {
  const document = copy()
  change(document)
  return compareWithVendor(document)
}

describe('servers', () => {
  const elsewhere = [{ url: 'https://elsewhere.example' }]

  it('of an operation or a path are compared', () => {
    expect(found((d) => (place(d).servers = elsewhere)).map(short)).toEqual([
      'placeCall server_changed https://elsewhere.example',
    ])
    expect(found((d) => (d.paths['/v1/call/'].servers = elsewhere))).toHaveLength(2)
  })

  it('of an operation replace those of the path and the document', () => {
    const ours = [{ url: 'https://api.diga.io' }]
    const differences = found((d) => {
      d.servers = elsewhere
      for (const item of Object.values<Loose>(d.paths)) item.servers = elsewhere
      place(d).servers = ours
    })
    expect(differences.map(({ operation }) => operation)).not.toContain('placeCall')
    expect(differences).toHaveLength(4)
  })
})

describe('a default', () => {
  const limit = (d: Loose): Loose => list(d).parameters.find((one: Loose) => one.name === 'limit')

  it.each<[string, (d: Loose) => unknown]>([
    [
      'beside a reference',
      (d) => {
        schemas(d).Limit = { ...limit(d).schema, default: undefined }
        delete schemas(d).Limit.default
        limit(d).schema = { $ref: '#/components/schemas/Limit', default: 7 }
      },
    ],
    [
      'in an alternative',
      (d) => {
        limit(d).schema = { anyOf: [{ ...limit(d).schema, default: 7 }, { type: 'null' }] }
      },
    ],
    [
      'in a part',
      (d) => {
        limit(d).schema = { allOf: [{ ...limit(d).schema, default: 7 }] }
      },
    ],
    ['dropped', (d) => delete limit(d).schema.default],
  ])('%s is compared', (_, change) => {
    expect(found(change).map(({ code }) => code)).toEqual(['default_changed'])
  })
})

it('a request breaks if none of its alternatives allows all that our spec allows', () => {
  const differences = found((d) => {
    const { properties } = schemas(d).CallRequest
    const { pattern: _, ...open } = properties.from_number
    properties.from_number = {
      anyOf: [
        { ...open, maxLength: 5 },
        { ...open, minLength: 6 },
      ],
    }
  })
  expect(
    differences.filter(({ code }) => code === 'alternatives_narrowed').map(({ effect }) => effect),
  ).toEqual(['breaks_request'])
})
