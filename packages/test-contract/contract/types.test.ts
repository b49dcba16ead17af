/**
 * The types that users write their code against, by hand: a change of any is a change of theirs.
 *
 * Each schema has a table of its fields, and each closed set a table of its values, so that the compiler names the one field
 * or value that changed, once. Types that contain another schema refer to it.
 */
import type {
  Call,
  CallRequest,
  Contact,
  Diga,
  EndReason,
  ListQuery,
  Message,
  MessagesQuery,
  Open,
  Page,
} from '@digame/client'

import type { components, operations, paths } from '@digame/spec'
import { expectTypeOf, test } from 'vitest'

type Schemas = components['schemas']
type Variables = { [name: string]: unknown }

/** One entry for each value of a closed set. */
type Each<Value extends string> = { readonly [Name in Value]: true }

/** Whether two types are the same, so that users of the one can use the other. */
type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false

/** For each field of either type whether both have it, equally optional and with the same type. */
type Agreement<ByHand, OfSpec> = {
  readonly [Name in keyof ByHand | keyof OfSpec]-?: Name extends keyof ByHand & keyof OfSpec
    ? Same<Pick<ByHand, Name>, Pick<OfSpec, Name>>
    : false
}

/** Judged by the compiler; never run. */
const compiled = (_: unknown): void => {}

test('the values of each set', () => {
  const statuses: Each<Schemas['CallStatus']> = {
    dialing: true,
    in_queue: true,
    in_progress: true,
    completed: true,
    failed: true,
    transferred: true,
    no_answer: true,
  }
  const reasons: Each<Schemas['EndReason']> = {
    user_hang_up: true,
    hangup: true,
    voicemail_left: true,
    answering_machine_detected: true,
    mailbox_unavailable: true,
    ivr_no_answer: true,
    ivr_unreachable: true,
  }
  const types: Each<Schemas['CallType']> = { inbound: true, outbound: true }
  const contactTypes: Each<Schemas['Contact']['contact_type']> = { call: true, web: true }
  const roles: Each<Schemas['Message']['role']> = { user: true, assistant: true, tool: true }
  const orders: Each<NonNullable<MessagesQuery['order']>> = { asc: true, desc: true }
  compiled([statuses, reasons, types, contactTypes, roles, orders])
})

test('what a call is placed with', () => {
  interface ByHand {
    from_number: string
    to_number: string
    dynamic_variables?: Variables | null
    agent_version_id?: string | null
  }
  const fields: Agreement<ByHand, CallRequest> = {
    from_number: true,
    to_number: true,
    dynamic_variables: true,
    agent_version_id: true,
  }
  compiled(fields)
})

test('a call', () => {
  interface ByHand {
    id: string
    agent_id: string | null
    agent_version_id: string | null
    status: Schemas['CallStatus']
    type: Schemas['CallType']
    contact: Schemas['Contact']
    phone_register_id: string | null
    created_date: string
    recording_url?: string | null
    start_time?: string | null
    end_time?: string | null
    duration?: number | null
    end_reason?: string | null
    dynamic_variables?: Variables | null
  }
  const fields: Agreement<ByHand, Schemas['Call']> = {
    id: true,
    agent_id: true,
    agent_version_id: true,
    status: true,
    type: true,
    contact: true,
    phone_register_id: true,
    created_date: true,
    recording_url: true,
    start_time: true,
    end_time: true,
    duration: true,
    end_reason: true,
    dynamic_variables: true,
  }
  compiled(fields)
})

test('a contact', () => {
  interface ByHand {
    id: string
    created_date: string
    identifier: string
    contact_type: Schemas['Contact']['contact_type']
  }
  const fields: Agreement<ByHand, Schemas['Contact']> = {
    id: true,
    created_date: true,
    identifier: true,
    contact_type: true,
  }
  compiled(fields)
})

test('a message and what a tool did', () => {
  interface ByHand {
    id: string
    created_date: string
    role: Schemas['Message']['role']
    content?: string | null
    tool_call?: Schemas['ToolCall']
  }
  const fields: Agreement<ByHand, Schemas['Message']> = {
    id: true,
    created_date: true,
    role: true,
    content: true,
    tool_call: true,
  }
  interface ToolByHand {
    type?: string
    function_name?: string
    tool_name?: string
    status: string
    payload: Variables
  }
  const toolFields: Agreement<ToolByHand, NonNullable<Schemas['ToolCall']>> = {
    type: true,
    function_name: true,
    tool_name: true,
    status: true,
    payload: true,
  }
  compiled([fields, toolFields])
  expectTypeOf<null>().toExtend<Schemas['ToolCall']>()
})

test('a page', () => {
  interface ByHand<Item> {
    data: Item[]
    has_more: boolean
    first_id?: string | null
    last_id?: string | null
    current_page?: number | null
    total_pages?: number | null
  }
  const fields = {
    data: true,
    has_more: true,
    first_id: true,
    last_id: true,
    current_page: true,
    total_pages: true,
  } as const
  const ofCalls: Agreement<ByHand<Schemas['Call']>, Schemas['CallPage']> = fields
  const ofMessages: Agreement<ByHand<Schemas['Message']>, Schemas['MessagePage']> = fields
  compiled([ofCalls, ofMessages])
  expectTypeOf<Page<Message>['data']>().toEqualTypeOf<Message[]>()
})

test('an error', () => {
  interface ByHand {
    status?: string
    error_code: string
    message: string
  }
  const fields: Agreement<ByHand, Schemas['ApiError']> = { status: true, error_code: true, message: true }
  interface ProblemByHand {
    detail?: { loc: (string | number)[]; msg: string; type: string }[]
  }
  const problem: Agreement<ProblemByHand, Schemas['ValidationProblem']> = { detail: true }
  compiled([fields, problem])
})

test("the client's types are the spec's, open where the service may say something new", () => {
  expectTypeOf<Contact>().toEqualTypeOf<
    Omit<Schemas['Contact'], 'contact_type'> & { contact_type: Open<Schemas['Contact']['contact_type']> }
  >()
  expectTypeOf<Call['status']>().toEqualTypeOf<Open<Schemas['CallStatus']>>()
  expectTypeOf<Call['type']>().toEqualTypeOf<Open<Schemas['CallType']>>()
  expectTypeOf<EndReason>().toEqualTypeOf<Open<Schemas['EndReason']>>()
  type Rest<Type> = Omit<Type, 'status' | 'type' | 'contact' | 'end_reason'>
  expectTypeOf<Rest<Call>>().toEqualTypeOf<Rest<Schemas['Call']>>()
  expectTypeOf<Message['role']>().toEqualTypeOf<Open<Schemas['Message']['role']>>()
  expectTypeOf<Omit<Message, 'role'>>().toEqualTypeOf<Omit<Schemas['Message'], 'role'>>()
})

interface Paging {
  after?: string
  before?: string
  page?: number
  limit?: number
  order?: NonNullable<MessagesQuery['order']>
}

test('what calls and messages are asked for with', () => {
  interface ByHand extends Paging {
    status?: Schemas['CallStatus']
    type?: Schemas['CallType']
    agent_id?: string
    contact_id?: string
    phone_id?: string
    start_created_date?: string
    end_created_date?: string
  }
  const paging = { after: true, before: true, page: true, limit: true, order: true } as const
  const fields: Agreement<ByHand, NonNullable<operations['listCalls']['parameters']['query']>> = {
    ...paging,
    status: true,
    type: true,
    agent_id: true,
    contact_id: true,
    phone_id: true,
    start_created_date: true,
    end_created_date: true,
  }
  const messages: Agreement<Paging, MessagesQuery> = paging
  compiled([fields, messages])
  expectTypeOf<ListQuery['start_created_date']>().toEqualTypeOf<string | Date | undefined>()
  expectTypeOf<ListQuery['end_created_date']>().toEqualTypeOf<string | Date | undefined>()
  expectTypeOf<operations['getCall']['parameters']['path']>().toEqualTypeOf<{ id: string }>()
  expectTypeOf<operations['listMessages']['parameters']['path']>().toEqualTypeOf<{ id: string }>()
})

/** The bodies of an operation's responses, by status. */
type Bodies<Operation extends { responses: object }> = {
  [Code in keyof Operation['responses']]: Operation['responses'][Code] extends { content: infer Content }
    ? Content[keyof Content]
    : never
}

test('what each operation returns', () => {
  type ApiError = Schemas['ApiError']
  type Problem = Schemas['ValidationProblem']
  type Refusals = { 401: ApiError; 403: ApiError }
  interface Place extends Refusals {
    201: Schemas['Call']
    400: ApiError
    404: ApiError
    412: ApiError
    422: Problem
    500: ApiError
  }
  interface List extends Refusals {
    200: Schemas['CallPage']
    400: ApiError
    422: ApiError | Problem
    500: ApiError
  }
  interface Get extends Refusals {
    200: Schemas['Call']
    404: ApiError
    422: Problem
    500: ApiError
  }
  interface Messages extends Refusals {
    200: Schemas['MessagePage']
    400: ApiError
    404: ApiError
    422: ApiError | Problem
    500: ApiError
  }
  interface Stream extends Refusals {
    200: string
    422: Problem
  }
  const refusals = { 401: true, 403: true } as const
  const place: Agreement<Place, Bodies<operations['placeCall']>> = {
    ...refusals,
    201: true,
    400: true,
    404: true,
    412: true,
    422: true,
    500: true,
  }
  const list: Agreement<List, Bodies<operations['listCalls']>> = {
    ...refusals,
    200: true,
    400: true,
    422: true,
    500: true,
  }
  const get: Agreement<Get, Bodies<operations['getCall']>> = {
    ...refusals,
    200: true,
    404: true,
    422: true,
    500: true,
  }
  const messages: Agreement<Messages, Bodies<operations['listMessages']>> = {
    ...refusals,
    200: true,
    400: true,
    404: true,
    422: true,
    500: true,
  }
  const stream: Agreement<Stream, Bodies<operations['streamConcurrency']>> = {
    ...refusals,
    200: true,
    422: true,
  }
  compiled([place, list, get, messages, stream])
})

test('the raw client has every operation at its path', () => {
  const known: { readonly [Path in keyof paths]: true } = {
    '/v1/call/': true,
    '/v1/call/{id}': true,
    '/v1/call/{id}/message': true,
    '/v1/call/concurrency/stream': true,
  }
  compiled(known)
  const path = { id: 'x' }
  compiled(async ({ raw }: Diga) => {
    const body = { from_number: 'x', to_number: 'y' }
    expectTypeOf((await raw.POST('/v1/call/', { body })).data).toEqualTypeOf<Schemas['Call'] | undefined>()
    // @ts-expect-error
    raw.POST('/v1/call/')
    // @ts-expect-error
    raw.POST('/v1/call/', { body: { to_number: 'y' } })
    // @ts-expect-error
    raw.POST('/v1/call/', { body: { from_number: 'x' } })
    const query: Paging & { status?: Schemas['CallStatus']; type?: Schemas['CallType'] } = {}
    expectTypeOf((await raw.GET('/v1/call/', { params: { query } })).data).toEqualTypeOf<
      Schemas['CallPage'] | undefined
    >()
    await raw.GET('/v1/call/')
    expectTypeOf((await raw.GET('/v1/call/{id}', { params: { path } })).data).toEqualTypeOf<
      Schemas['Call'] | undefined
    >()
    // @ts-expect-error
    raw.GET('/v1/call/{id}')
    expectTypeOf((await raw.GET('/v1/call/{id}/message', { params: { path } })).data).toEqualTypeOf<
      Schemas['MessagePage'] | undefined
    >()
    await raw.GET('/v1/call/concurrency/stream', { parseAs: 'stream' })
  })
})
