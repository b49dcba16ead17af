import { type Call, hasEnded, type Message, maskNumber, outcomeOf } from '@digame/client'
import { connect, connectMock, type Service } from '../../account.ts'
import type { Context } from '../../context.ts'
import { PlacedError, UsageError } from '../../errors.ts'
import { given, type Variable, variables } from '../../input.ts'
import { checkNumber } from '../../number.ts'
import { clean, json, painter, rows } from '../../output.ts'
import { narrate } from '../../progress.ts'
import { ending, said } from '../../show.ts'
import { transcript } from '../../transcript.ts'

export interface PlaceFlags {
  readonly from: string
  readonly var?: readonly Variable[]
  readonly agentVersion?: string
  readonly key?: string
  readonly notAfter?: Date
  readonly wait?: boolean
  readonly json?: boolean
  readonly mock?: boolean
  readonly mockSpeed?: number
}

/** At this speed a mock's call takes about five seconds. */
const defaultMockSpeed = 15

/** Places one call, and with `--wait` follows it to its end. */
export async function place(this: Context, flags: PlaceFlags, to: string): Promise<void> {
  const { key = crypto.randomUUID(), mock = false, mockSpeed } = flags
  checkNumber(to)
  if (mockSpeed !== undefined && !mock) throw new UsageError('--mock-speed does nothing alone; add --mock.')
  if (flags.notAfter) checkFuture(flags.notAfter, this.clock?.now() ?? Date.now())
  const request = {
    from_number: flags.from,
    to_number: to,
    ...given({ dynamic_variables: variables(flags.var ?? []), agent_version_id: flags.agentVersion }),
  }
  const whom = `${maskNumber(to)}${mock ? ' (a mock: nobody is called)' : ''}`
  const onEvent = narrate(this.stderr, `${whom}, key ${key}`)
  const service = mock
    ? await connectMock(this, onEvent, mockSpeed ?? defaultMockSpeed)
    : connect(this, onEvent, ', or add --mock to call nobody')
  const options = given({ idempotencyKey: key, notAfter: flags.notAfter, signal: this.signal })
  let call: Call | undefined
  try {
    call = await service.diga.calls.create(request, options)
    if (!flags.wait) this.stdout.write(flags.json ? json({ call }) : rows(ending(call)))
    else {
      call = await follow(this, service, call)
      await tell(this, flags, service, call)
    }
  } catch (error) {
    if (!call && (error as { placed?: unknown }).placed === 'no') throw error
    throw new PlacedError(error, advice(call, key, mock), call?.id)
  } finally {
    await service.close()
  }
}

/** @throws UsageError if nothing would be sent any more */
function checkFuture(notAfter: Date, now: number): void {
  if (notAfter.getTime() > now) return
  const [then, today] = [notAfter.toISOString(), new Date(now).toISOString()]
  throw new UsageError(
    `--not-after: ${then} has passed, as it is ${today}; give a later moment.`,
    'NOT_AFTER',
  )
}

function advice(call: Call | undefined, key: string, mock: boolean): string {
  if (mock) return 'It was the mock, and nobody was called.'
  if (!call) return `Look before you call again: digame calls list --key ${quoted(key)}`
  return hasEnded(call)
    ? `The call has ended; read it with: digame calls messages ${call.id}`
    : `The call goes on; follow it with: digame calls watch ${call.id}`
}

const quoted = (word: string): string =>
  /^[\w.:@/+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** Tells each change of status until the call has ended. */
async function follow({ stderr, signal }: Context, { diga, intervalMs }: Service, call: Call): Promise<Call> {
  let last = call
  stderr.write(`call ${clean(call.id)}\n${clean(call.status)}\n`)
  for await (const now of diga.calls.watch(call.id, { intervalMs, signal })) {
    if (now.status !== last.status) stderr.write(`${clean(now.status)}\n`)
    last = now
  }
  return last
}

/** Tells the outcome of an ended call, and what was said; the outcome also where that cannot be read. */
async function tell(context: Context, flags: PlaceFlags, service: Service, call: Call): Promise<void> {
  const { stdout, env, signal } = context
  let messages: Message[] | undefined
  if (!flags.json) stdout.write(rows(ending(call)))
  try {
    const heard: Message[] = []
    for await (const message of transcript(service.diga, call.id, signal)) heard.push(message)
    messages = heard
  } finally {
    if (flags.json) stdout.write(json({ call, outcome: outcomeOf(call), messages }))
  }
  if (flags.json || messages.length === 0) return
  const paint = painter(stdout, env)
  stdout.write(`\n${messages.map((message) => said(message, paint)).join('')}`)
}
