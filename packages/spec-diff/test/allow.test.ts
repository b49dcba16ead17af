import { readFileSync } from 'node:fs'
import {
  AllowListError,
  compareWithVendor,
  type Difference,
  parseAllowList,
  sortDifferences,
} from '@digame/spec-diff'
import { describe, expect, it } from 'vitest'
import { copy, type Loose, place, schemas, short } from './helpers.ts'

const shipped = readFileSync(new URL('../compat-allow.yaml', import.meta.url), 'utf8')

/** A reader that copes with what is harmless, and with a body that the document does not describe. */
const copes = ({ effect, body }: Difference): boolean => effect === 'harmless' || body === 'undescribed'

const sorted = (list: string, change: (document: Loose) => void) => {
  const document = copy()
  change(document)
  return sortDifferences(compareWithVendor(document), parseAllowList(list), copes)
}

const unauthorized = (document: Loose): void => {
  delete place(document).responses['401']
}

describe('an allow list', () => {
  it.each<[string, number]>([
    ['[{ code: status_removed, reason: x }]', 1],
    ['[{ code: status_removed, operation: placeCall, at: /responses/401, reason: x }]', 1],
    ['[{ code: status_removed, at: /responses/*, reason: x }]', 1],
    ['[{ code: status_removed, at: /**, reason: x }]', 1],
    ['[{ code: status_removed, at: /**/401, reason: x }]', 1],
    ['[{ code: status_removed, at: /responses/**/401, reason: x }]', 1],
    ['[{ code: status_added, reason: x }]', 0],
    ['[{ code: status_removed, operation: listCalls, reason: x }]', 0],
    ['[{ code: status_removed, at: /responses/40, reason: x }]', 0],
    ['[{ code: status_removed, at: /responses, reason: x }]', 0],
    ['[{ code: status_removed, at: /*, reason: x }]', 0],
    ['[{ code: status_removed, at: /responses/401/*, reason: x }]', 0],
    ['[{ code: status_removed, at: /responses/401/**/x, reason: x }]', 0],
    ['[{ code: status_removed, value: "401", reason: x }]', 0],
    ['[]', 0],
    ['', 0],
  ])('%s knows %i', (list, count) => {
    const { known, unknown, unused } = sorted(list, unauthorized)
    expect([known.length, unknown.length]).toEqual([count, 1 - count])
    expect(unused.length).toBe(count === 1 ? 0 : parseAllowList(list).length)
  })

  it('allows a difference that the client does not cope with only if it says so', () => {
    const change = (document: Loose): void => {
      const { content } = Object.values<Loose>(document.paths).find(
        ({ get }) => get?.operationId === 'streamConcurrency',
      ).get.responses['200']
      content['application/json'] = { schema: { type: 'object', required: ['a'] } }
      delete content['text/event-stream']
    }
    const entry = 'code: content_type_changed, value: application/json, reason: x'
    expect(sorted(`[{ ${entry} }]`, change).unknown).toHaveLength(1)
    expect(sorted(`[{ ${entry}, breaks: true }]`, change).unknown).toEqual([])
    expect(sorted(shipped, change).unknown.map(({ code }) => code)).toContain('content_type_changed')
    expect(() => parseAllowList('[{ code: x, reason: y, breaks: yes }]')).toThrow(
      new AllowListError(
        'Entry 1 of the allow list has a string as its breaks; write true, or leave it out.',
      ),
    )
  })

  it('allows one value and not another', () => {
    const list = '[{ code: value_removed, at: /**/status, value: failed, breaks: true, reason: "older" }]'
    const { known, unknown } = sorted(list, (document) => {
      schemas(document).CallStatus.enum = ['dialing', 'in_queue', 'in_progress', 'completed', 'transferred']
    })
    expect(known.map(({ difference, reason }) => [short(difference), reason])).toEqual(
      [
        'listCalls /request/query/status',
        'listCalls /responses/200/body/data/*/status',
        'placeCall /responses/201/body/status',
        'getCall /responses/200/body/status',
      ].map((where) => [`${where} value_removed failed`, 'older']),
    )
    expect(new Set(unknown.map(({ value }) => value))).toEqual(new Set(['no_answer']))
  })

  it.each([
    ['{ code: x }', 'The allow list is an object, not a list.'],
    ['[x]', 'Entry 1 of the allow list is a string; write { code: …, reason: … }.'],
    ['[{ code: x, reason: y }, { code: x }]', 'Entry 2 of the allow list has no reason.'],
    ['[{ reason: x }]', 'Entry 1 of the allow list has no code.'],
    [
      '[{ code: x, reason: " " }]',
      'Entry 1 of the allow list has a string as its reason; write a text, in quotes if need be.',
    ],
    [
      '[{ code: x, reason: y, value: 7 }]',
      'Entry 1 of the allow list has a number as its value; write a text, in quotes if need be.',
    ],
    [
      '[{ code: x, reason: y, where: z }]',
      'Entry 1 of the allow list has "where"; there are only code, operation, at, value, breaks, reason.',
    ],
    [
      '[{ code: x, reason: y, __proto__: z }]',
      'Entry 1 of the allow list has "__proto__"; there are only code, operation, at, value, breaks, reason.',
    ],
  ])('%s is refused', (list, line) => {
    expect(() => parseAllowList(list)).toThrow(new AllowListError(line))
  })

  it('is refused if it is not YAML', () => {
    expect(() => parseAllowList('[')).toThrow(/^The allow list is not valid (JSON|YAML): /)
  })
})

describe('the list that comes with the package', () => {
  /** What the vendor publishes, in the parts in which it is known to differ. */
  const published = (document: Loose): void => {
    const { paths, components } = document
    schemas(document).CallStatus.enum = ['dialing', 'in_queue', 'in_progress', 'completed']
    delete place(document).responses['401']
    delete paths['/v1/call/'].get.responses['401']
    delete paths['/v1/call/{id}'].get.responses['401']
    const { responses } = paths['/v1/call/concurrency/stream'].get
    responses['200'].content = { 'application/json': { schema: {} } }
    delete responses['401']
    delete responses['403']
    components.responses.InvalidQuery.content['application/json'].schema = {
      $ref: '#/components/schemas/ApiError',
    }
    delete schemas(document).CallRequest.properties.from_number.pattern
    delete schemas(document).SpanishNumber.pattern
    const { type, tool_name, status } = schemas(document).ToolCall.properties
    type.enum = ['function', 'call_tool']
    tool_name.enum = ['transfer', 'hangup', 'detect_answering_machine', 'add_participant']
    status.enum = ['error', 'success', 'cancelled']
  }

  it('matches the known differences, and has nothing more', () => {
    const { unknown, known, unused } = sorted(shipped, published)
    expect(unknown.map(short)).toEqual([])
    expect(unused).toEqual([])
    expect(known).toHaveLength(25)
  })

  it('matches no further difference of the same kinds', () => {
    const { unknown } = sorted(shipped, (document) => {
      published(document)
      schemas(document).CallStatus.enum.splice(1, 1)
      delete place(document).responses['403']
      schemas(document).ToolCall.properties.status.enum.push('started')
    })
    expect(unknown.map(short)).toEqual([
      'listCalls /request/query/status value_removed in_queue',
      'listCalls /responses/200/body/data/*/status value_removed in_queue',
      'placeCall /responses/201/body/status value_removed in_queue',
      'placeCall /responses/403 status_removed',
      'getCall /responses/200/body/status value_removed in_queue',
      'listMessages /responses/200/body/data/*/tool_call/status values_closed cancelled, error, started, success',
    ])
  })
})
