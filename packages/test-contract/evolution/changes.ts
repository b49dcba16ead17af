/** Changes that the service may make to its API, as edits of `spec/openapi.yaml`, and who has to decide what. */

export interface Change {
  readonly name: string
  /** A text that stands in `openapi.yaml` once. */
  readonly from: string
  readonly to: string
  /** The errors of the compiler: `file: message`, with the bodies of types left out. */
  readonly errors: readonly string[]
}

const values = 'packages/client/src/values.ts'
const drift = 'packages/client/src/drift.ts'
const contract = 'packages/test-contract/contract/types.test.ts'
const terms = 'packages/test-contract/contract/terms.ts'
const page = 'apps/server/public/words.js'
const mockCall = 'packages/mock/src/service/call-json.ts'

const missing = (name: string, type: string): string =>
  `Property '${name}' is missing in type '…' but required in type '${type}'.`
const unknown = (name: string, type: string): string =>
  `Object literal may only specify known properties, and '${name}' does not exist in type '${type}'.`

const statuses = 'enum: [dialing, in_queue, in_progress, completed, failed, transferred, no_answer]'
const duration = `        duration:
          type: [integer, "null"]
          description: Length in seconds; null until the call has ended.
`
const answeredBy = `        answered_by:
          type: string
          description: Who picked up.
`
const required =
  'required: [id, agent_id, agent_version_id, status, type, contact, phone_register_id, created_date]'

export const changes: readonly Change[] = [
  {
    name: 'a status is added',
    from: statuses,
    to: statuses.replace('[', '[ringing, '),
    errors: [
      `${values}: ${missing('ringing', 'ByStatus')}`,
      `${page}: ${missing('ringing', 'Record<…>')}`,
      `${terms}: ${missing('ringing', 'Readonly<Record<…>>')}`,
      `${contract}: ${missing('ringing', 'Each<…>')}`,
    ],
  },
  {
    name: 'a status is removed',
    from: statuses,
    to: statuses.replace(', no_answer', ''),
    errors: [
      `${values}: ${unknown('no_answer', 'ByStatus')}`,
      `${terms}: ${unknown('no_answer', 'Readonly<Record<…>>')}`,
      `packages/mock/src/service/end-status.ts: Type '"no_answer"' is not assignable to type '"dialing" | "in_queue" | "in_progress" | "completed" | "failed" | "transferred"'.`,
      `${contract}: ${unknown('no_answer', 'Each<…>')}`,
    ],
  },
  {
    name: 'an optional field is added to a call',
    from: duration,
    to: duration + answeredBy,
    errors: [
      `${drift}: ${missing('answered_by', 'IsRequired')}`,
      `${contract}: ${missing('answered_by', 'Agreement<…>')}`,
    ],
  },
  {
    name: 'a field of a call becomes required',
    from: required,
    to: required.replace(']', ', duration]'),
    errors: [
      `${drift}: Type 'false' is not assignable to type 'true'.`,
      `${contract}: Type 'true' is not assignable to type 'false'.`,
    ],
  },
  {
    name: 'a field is removed from a call',
    from: duration,
    to: '',
    errors: [
      `apps/cli/src/show.ts: Property 'duration' does not exist on type 'Call'.`,
      `apps/server/src/place-and-follow.ts: Property 'duration' does not exist on type 'Call'.`,
      `packages/client/src/call.ts: Property 'duration' does not exist on type 'Call'.`,
      `${drift}: ${unknown('duration', 'IsRequired')}`,
      `packages/dialer/src/client.ts: Property 'duration' does not exist on type 'Call'.`,
      `${mockCall}: ${unknown('duration', '…')}`,
      `${contract}: Type 'true' is not assignable to type 'false'.`,
    ],
  },
  {
    name: 'an end reason is added',
    from: '        - hangup\n',
    to: '        - hangup\n        - busy\n',
    errors: [`${values}: ${missing('busy', 'ByReason')}`, `${contract}: ${missing('busy', 'Each<…>')}`],
  },
  {
    name: 'an end reason is removed',
    from: '        - ivr_unreachable\n',
    to: '',
    errors: [
      `${values}: ${unknown('ivr_unreachable', 'ByReason')}`,
      `${contract}: ${unknown('ivr_unreachable', 'Each<…>')}`,
    ],
  },
  {
    name: 'a type of call is added',
    from: 'enum: [inbound, outbound]',
    to: 'enum: [inbound, outbound, internal]',
    errors: [`${values}: ${missing('internal', 'ByType')}`, `${contract}: ${missing('internal', 'Each<…>')}`],
  },
  {
    name: 'a type of contact is added, which nobody but the users of the client has to know',
    from: 'enum: [call, web]',
    to: 'enum: [call, web, sip]',
    errors: [`${contract}: ${missing('sip', 'Each<…>')}`],
  },
  {
    name: 'a role is added',
    from: 'enum: [user, assistant, tool]',
    to: 'enum: [user, assistant, tool, system]',
    errors: [`${contract}: ${missing('system', 'Each<…>')}`],
  },
]
