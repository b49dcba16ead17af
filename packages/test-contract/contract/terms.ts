/**
 * The terms of the contract, written by hand: what the client sends, and what its users rely on in responses.
 *
 * The source is the service's published reference, never our own document, so that a change of either must be made in the
 * other on purpose.
 */
import type { components } from '@digame/spec'
import {
  type Fields,
  flag,
  type Kind,
  listOf,
  matching,
  moment,
  oneOf,
  optional,
  orNull,
  record,
  shape,
  text,
  uuid,
  whole,
} from './kinds.ts'
import type { OperationId } from './operations.ts'

/** Typed by the spec, so that a status that it gains or loses must be decided here too. */
const isStatus: Readonly<Record<components['schemas']['CallStatus'], true>> = {
  dialing: true,
  in_queue: true,
  in_progress: true,
  completed: true,
  failed: true,
  transferred: true,
  no_answer: true,
}
const statuses = Object.keys(isStatus)
const directions = ['inbound', 'outbound']

/** The body that places a call. */
export const placing: Fields = {
  from_number: matching(
    [
      '+34910000001',
      '+1234567',
      '+123456789012345',
      '9d1e4f60-8b7a-4c2d-a3e5-6f708192a3b4',
      '9D1E4F60-8B7A-4C2D-A3E5-6F708192A3B4',
    ],
    [
      '34910000001',
      '+034910000',
      '+123456',
      '+1234567890123456',
      'clinic',
      '9d1e4f60',
      '+34 910 000 001',
      'x+34910000001',
      '+34910000001x',
    ],
  ),
  to_number: matching(
    [
      '+34612345678',
      '+34512345678',
      '+34712345678',
      '+34812345678',
      '+34912345678',
      '+34600000000',
      '+34400123456',
      '+34400000000',
    ],
    [
      '612345678',
      '0034612345678',
      '+14155550100',
      '+34112345678',
      '+34412345678',
      '+34401234567',
      '+3461234567',
      '+346123456789',
      '+3440012345',
      '+344001234567',
      'x+34612345678',
      '+34612345678x',
      '+3461234567a',
      '+344001234x6',
    ],
  ),
  dynamic_variables: optional(orNull(record)),
  agent_version_id: optional(orNull(uuid)),
}

const contact = shape({
  id: uuid,
  created_date: moment,
  identifier: text,
  contact_type: oneOf('call', 'web'),
})

export const callFields: Fields = {
  id: uuid,
  agent_id: orNull(uuid),
  agent_version_id: orNull(uuid),
  status: oneOf(...statuses),
  type: oneOf(...directions),
  contact,
  phone_register_id: orNull(uuid),
  created_date: moment,
  recording_url: optional(orNull(text)),
  start_time: optional(orNull(moment)),
  end_time: optional(orNull(moment)),
  duration: optional(orNull(whole)),
  end_reason: optional(orNull(text)),
  dynamic_variables: optional(orNull(record)),
}
const call = shape(callFields)

const toolCall = shape({
  type: optional(text),
  function_name: optional(text),
  tool_name: optional(text),
  status: text,
  payload: record,
})

export const messageFields: Fields = {
  id: uuid,
  created_date: moment,
  role: oneOf('user', 'assistant', 'tool'),
  content: optional(orNull(text)),
  tool_call: optional(orNull(toolCall)),
}
const message = shape(messageFields)

const pageOf = (item: Kind): Kind =>
  shape({
    data: listOf(item),
    has_more: flag,
    first_id: optional(orNull(uuid)),
    last_id: optional(orNull(uuid)),
    current_page: optional(orNull(whole)),
    total_pages: optional(orNull(whole)),
  })

const error = shape({ status: optional(text), error_code: text, message: text })

const step: Kind = { good: [...text.good, ...whole.good], bad: [{ what: 'a flag', value: true }] }
const problem = shape({
  detail: optional(listOf(shape({ loc: listOf(step), msg: text, type: text }))),
})

/** A value of any of these kinds. The bad samples are those that no object can be. */
const either = (...kinds: readonly Kind[]): Kind => ({
  good: kinds.flatMap(({ good }) => good),
  bad: ['a', 7, [], null].map((value) => ({ what: JSON.stringify(value), value })),
})

const paging = (most: number): Readonly<Record<string, Kind>> => ({
  after: uuid,
  before: uuid,
  page: matching(['1', '2', '1000'], ['0', '-1', '1.5', 'x']),
  limit: matching(['1', String(most)], ['0', '-1', String(most + 1), '1.5', 'x']),
  order: oneOf('asc', 'desc'),
})

/** One operation on the wire. */
export interface Terms {
  readonly method: string
  readonly path: string
  /** Every parameter of the query. All are optional. */
  readonly query: Readonly<Record<string, Kind>>
  /** The values that the service assumes for parameters that are left out. */
  readonly defaults?: Readonly<Record<string, unknown>>
  /** For each status, the body and the codes that errors may carry. */
  readonly responses: Readonly<Record<number, { readonly body: Kind; readonly codes?: readonly string[] }>>
  /** The media type of a success. */
  readonly type: string
}

const forbidden = { body: error, codes: ['MISSING_PERMISSIONS', 'INTERNAL_SERVER_ERROR'] }
const refused = { 401: { body: error, codes: ['INVALID_API_KEY'] }, 403: forbidden }
const broken = { 500: { body: error, codes: ['INTERNAL_SERVER_ERROR'] } }
const misread = { body: problem, codes: [] }
const misasked = { body: either(error, problem), codes: ['INVALID_PAGINATION_PARAMETERS'] }
const json = 'application/json'

export const production = 'https://api.diga.io'

export const terms: Readonly<Record<OperationId, Terms>> = {
  placeCall: {
    method: 'POST',
    path: '/v1/call/',
    query: {},
    type: json,
    responses: {
      201: { body: call },
      400: { body: error, codes: ['NON_SPANISH_PHONE_NUMBER'] },
      ...refused,
      404: { body: error, codes: ['PHONE_NUMBER_NOT_FOUND'] },
      412: { body: error, codes: ['SIP_CONFIG_NOT_SET'] },
      422: misread,
      ...broken,
    },
  },
  listCalls: {
    method: 'GET',
    path: '/v1/call/',
    query: {
      ...paging(1000),
      agent_id: uuid,
      status: oneOf(...statuses),
      type: oneOf(...directions),
      start_created_date: moment,
      end_created_date: moment,
      contact_id: uuid,
      phone_id: uuid,
    },
    defaults: { limit: 50, order: 'desc' },
    type: json,
    responses: {
      200: { body: pageOf(call) },
      400: { body: error, codes: ['NOT_VALID_FIELD'] },
      ...refused,
      422: misasked,
      ...broken,
    },
  },
  getCall: {
    method: 'GET',
    path: '/v1/call/{id}',
    query: {},
    type: json,
    responses: {
      200: { body: call },
      ...refused,
      404: { body: error, codes: ['CALL_NOT_FOUND'] },
      422: misread,
      ...broken,
    },
  },
  listMessages: {
    method: 'GET',
    path: '/v1/call/{id}/message',
    query: paging(1000),
    defaults: { limit: 100, order: 'desc' },
    type: json,
    responses: {
      200: { body: pageOf(message) },
      400: { body: error, codes: ['MISSING_ID'] },
      ...refused,
      404: { body: error, codes: ['NO_MESSAGES_FOR_CALL'] },
      422: misasked,
      ...broken,
    },
  },
  streamConcurrency: {
    method: 'GET',
    path: '/v1/call/concurrency/stream',
    query: {},
    type: 'text/event-stream',
    responses: {
      200: { body: { good: [{ what: 'an event', value: 'data: {"active_calls": 3}\n\n' }], bad: [] } },
      ...refused,
      422: misread,
    },
  },
}
