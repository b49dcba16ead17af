import { type Call, DigaError, hasEnded, type Message, maskNumber, outcomeOf } from '@digame/client'
import { type Account, openAccount, openMockAccount } from '../../account.ts'
import type { Context } from '../../context.ts'
import { PlacedError, UsageError } from '../../errors.ts'
import { omitUndefined, type Variable, variables } from '../../input.ts'
import { checkNumber } from '../../number.ts'
import { clean, formatRows, json, painter } from '../../output.ts'
import { narrate } from '../../progress.ts'
import { formatMessage, outcomeRows } from '../../show.ts'
import { readTranscript } from '../../transcript.ts'

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

/** At this speed a mock call takes about five seconds. */
const defaultMockSpeed = 15

/** Places one call, and with `--wait` follows it to its end. */
export async function place(this: Context, flags: PlaceFlags, to: string): Promise<void> {
  const { key = crypto.randomUUID(), mock = false, mockSpeed } = flags
  checkNumber(to)
  if (mockSpeed !== undefined && !mock) {
    throw new UsageError('--mock-speed has no effect without --mock; add --mock.')
  }
  if (flags.notAfter) checkFuture(flags.notAfter, this.clock?.now() ?? Date.now())
  const request = {
    from_number: flags.from,
    to_number: to,
    ...omitUndefined({ dynamic_variables: variables(flags.var ?? []), agent_version_id: flags.agentVersion }),
  }
  const whom = `${maskNumber(to)}${mock ? ' (a mock: nobody is called)' : ''}`
  const onEvent = narrate(this.stderr, `${whom}, key ${key}`)
  const account = mock
    ? await openMockAccount(this, onEvent, mockSpeed ?? defaultMockSpeed)
    : openAccount(this, onEvent, ', or add --mock to call nobody')
  const options = omitUndefined({ idempotencyKey: key, notAfter: flags.notAfter, signal: this.signal })
  let call: Call | undefined
  try {
    call = await account.diga.calls.create(request, options)
    const { id: callId } = call
    this.onPlaced?.({
      callId,
      advice: mock ? mockAdvice : `The call was placed; read it with: digame calls get ${callId}`,
    })
    if (!flags.wait) this.stdout.write(flags.json ? json({ call }) : formatRows(outcomeRows(call)))
    else {
      call = await follow(this, account, call)
      await printResult(this, flags, account, call)
    }
  } catch (error) {
    if (!call && error instanceof DigaError && error.placed === 'no') throw error
    throw new PlacedError(error, mock ? mockAdvice : advise(call, key), call?.id)
  } finally {
    await account.close()
  }
}

/** Refuses a deadline that has passed, after which nothing would be sent. @throws UsageError */
function checkFuture(notAfter: Date, now: number): void {
  if (notAfter.getTime() > now) return
  const [deadline, current] = [notAfter.toISOString(), new Date(now).toISOString()]
  throw new UsageError(
    `--not-after: ${deadline} has passed, as it is ${current}; give a later date and time.`,
    'NOT_AFTER',
  )
}

const mockAdvice = 'It was the mock, and nobody was called.'

/** Says what to do after a failure. */
function advise(call: Call | undefined, key: string): string {
  if (!call) return `Look before you call again: digame calls list --key ${quoteForShell(key)}`
  return hasEnded(call)
    ? `The call has ended; read it with: digame calls messages ${call.id}`
    : `The call goes on; follow it with: digame calls watch ${call.id}`
}

const quoteForShell = (word: string): string =>
  /^[\w.:@/+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** Prints each status on stderr until the call has ended. */
async function follow({ stderr, signal }: Context, { diga, intervalMs }: Account, call: Call): Promise<Call> {
  let last = call
  stderr.write(`call ${clean(call.id)}\n${clean(call.status)}\n`)
  for await (const current of diga.calls.watch(call.id, { intervalMs, signal })) {
    if (current.status !== last.status) stderr.write(`${clean(current.status)}\n`)
    last = current
  }
  return last
}

/** Prints the outcome of an ended call and its transcript. The outcome is printed even if the transcript cannot be read. */
async function printResult(context: Context, flags: PlaceFlags, account: Account, call: Call): Promise<void> {
  const { stdout, env, signal } = context
  if (!flags.json) stdout.write(formatRows(outcomeRows(call)))
  let messages: Message[] | undefined
  try {
    const read: Message[] = []
    for await (const message of readTranscript(account.diga, call.id, signal)) read.push(message)
    messages = read
  } finally {
    if (flags.json) stdout.write(json({ call, outcome: outcomeOf(call), messages }))
  }
  if (flags.json || messages.length === 0) return
  const paint = painter(stdout, env)
  stdout.write(`\n${messages.map((message) => formatMessage(message, paint)).join('')}`)
}
