/** The types that users write their code against, by hand: a change of any is a change of theirs. */
import type {
  Call,
  CallRequest,
  Contact,
  Diga,
  ListQuery,
  Message,
  MessagesQuery,
  Open,
  Page,
} from '@digame/client'
import type { operations, paths } from '@digame/spec'
import { expectTypeOf, test } from 'vitest'

type Variables = { [name: string]: unknown }

type Status = 'dialing' | 'in_queue' | 'in_progress' | 'completed' | 'failed' | 'transferred' | 'no_answer'
type Direction = 'inbound' | 'outbound'

interface Paging {
  after?: string
  before?: string
  page?: number
  limit?: number
  order?: 'asc' | 'desc'
}

interface WireContact {
  id: string
  created_date: string
  identifier: string
  contact_type: 'call' | 'web'
}

interface WireCall {
  id: string
  agent_id: string | null
  agent_version_id: string | null
  status: Status
  type: Direction
  contact: WireContact
  phone_register_id: string | null
  created_date: string
  recording_url?: string | null
  start_time?: string | null
  end_time?: string | null
  duration?: number | null
  end_reason?: string | null
  dynamic_variables?: Variables | null
}

interface WireMessage {
  id: string
  created_date: string
  role: 'user' | 'assistant' | 'tool'
  content?: string | null
  tool_call?: ToolCall
}

type ToolCall = {
  type?: string
  function_name?: string
  tool_name?: string
  status: string
  payload: Variables
} | null

interface WirePage<Item> {
  data: Item[]
  has_more: boolean
  first_id?: string | null
  last_id?: string | null
  current_page?: number | null
  total_pages?: number | null
}

interface ApiError {
  status?: string
  error_code: string
  message: string
}

interface Problem {
  detail?: { loc: (string | number)[]; msg: string; type: string }[]
}

/** The bodies of an operation's answers, by status. */
type Bodies<Operation extends { responses: object }> = {
  [Code in keyof Operation['responses']]: Operation['responses'][Code] extends { content: infer Content }
    ? Content[keyof Content]
    : never
}

/** As if written as one. */
type Flat<Type> = { [Key in keyof Type]: Type[Key] }

type Refusals = { 401: ApiError; 403: ApiError }

/** Judged by the compiler; never run. */
const compiled = (_: (diga: Diga) => unknown): void => {}

test('what a call is placed with', () => {
  expectTypeOf<CallRequest>().toEqualTypeOf<{
    from_number: string
    to_number: string
    dynamic_variables?: Variables | null
    agent_version_id?: string | null
  }>()
})

test('a call, open where the service may say something new', () => {
  expectTypeOf<Contact>().toEqualTypeOf<
    Omit<WireContact, 'contact_type'> & { contact_type: Open<'call' | 'web'> }
  >()
  expectTypeOf<Call['status']>().toEqualTypeOf<Open<Status>>()
  expectTypeOf<Call['type']>().toEqualTypeOf<Open<Direction>>()
  expectTypeOf<Omit<Call, 'status' | 'type' | 'contact' | 'end_reason'>>().toEqualTypeOf<
    Omit<WireCall, 'status' | 'type' | 'contact' | 'end_reason'>
  >()
})

test('a message', () => {
  expectTypeOf<Message['role']>().toEqualTypeOf<Open<'user' | 'assistant' | 'tool'>>()
  expectTypeOf<Omit<Message, 'role'>>().toEqualTypeOf<Omit<WireMessage, 'role'>>()
  expectTypeOf<Page<Message>['data']>().toEqualTypeOf<Message[]>()
})

test('what calls and messages are asked for with', () => {
  expectTypeOf<Flat<Omit<ListQuery, 'status' | 'type'>>>().toEqualTypeOf<
    Flat<
      Paging & {
        agent_id?: string
        contact_id?: string
        phone_id?: string
        start_created_date?: string | Date
        end_created_date?: string | Date
      }
    >
  >()
  expectTypeOf<MessagesQuery>().toEqualTypeOf<Paging>()
  type Query = NonNullable<operations['listCalls']['parameters']['query']>
  expectTypeOf<Query['status']>().toEqualTypeOf<Status | undefined>()
  expectTypeOf<Query['type']>().toEqualTypeOf<Direction | undefined>()
  expectTypeOf<Query['start_created_date']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<Query['end_created_date']>().toEqualTypeOf<string | undefined>()
  expectTypeOf<operations['getCall']['parameters']['path']>().toEqualTypeOf<{ id: string }>()
  expectTypeOf<operations['listMessages']['parameters']['path']>().toEqualTypeOf<{ id: string }>()
})

test('what each operation answers', () => {
  expectTypeOf<Bodies<operations['placeCall']>>().toEqualTypeOf<
    Flat<
      Refusals & { 201: WireCall; 400: ApiError; 404: ApiError; 412: ApiError; 422: Problem; 500: ApiError }
    >
  >()
  expectTypeOf<Bodies<operations['listCalls']>>().toEqualTypeOf<
    Flat<Refusals & { 200: WirePage<WireCall>; 400: ApiError; 422: ApiError | Problem; 500: ApiError }>
  >()
  expectTypeOf<Bodies<operations['getCall']>>().toEqualTypeOf<
    Flat<Refusals & { 200: WireCall; 404: ApiError; 422: Problem; 500: ApiError }>
  >()
  expectTypeOf<Bodies<operations['listMessages']>>().toEqualTypeOf<
    Flat<
      Refusals & {
        200: WirePage<WireMessage>
        400: ApiError
        404: ApiError
        422: ApiError | Problem
        500: ApiError
      }
    >
  >()
  expectTypeOf<Bodies<operations['streamConcurrency']>>().toEqualTypeOf<
    Flat<Refusals & { 200: string; 422: Problem }>
  >()
})

test('the raw client has every operation at its path', () => {
  expectTypeOf<keyof paths>().toEqualTypeOf<
    '/v1/call/' | '/v1/call/{id}' | '/v1/call/{id}/message' | '/v1/call/concurrency/stream'
  >()
  const path = { id: 'x' }
  compiled(async ({ raw }) => {
    const body = { from_number: 'x', to_number: 'y' }
    expectTypeOf((await raw.POST('/v1/call/', { body })).data).toEqualTypeOf<WireCall | undefined>()
    // @ts-expect-error
    raw.POST('/v1/call/')
    // @ts-expect-error
    raw.POST('/v1/call/', { body: { to_number: 'y' } })
    // @ts-expect-error
    raw.POST('/v1/call/', { body: { from_number: 'x' } })
    const query: Paging & { status?: Status; type?: Direction } = {}
    expectTypeOf((await raw.GET('/v1/call/', { params: { query } })).data).toEqualTypeOf<
      WirePage<WireCall> | undefined
    >()
    await raw.GET('/v1/call/')
    expectTypeOf((await raw.GET('/v1/call/{id}', { params: { path } })).data).toEqualTypeOf<
      WireCall | undefined
    >()
    // @ts-expect-error
    raw.GET('/v1/call/{id}')
    expectTypeOf((await raw.GET('/v1/call/{id}/message', { params: { path } })).data).toEqualTypeOf<
      WirePage<WireMessage> | undefined
    >()
    await raw.GET('/v1/call/concurrency/stream', { parseAs: 'stream' })
  })
})
