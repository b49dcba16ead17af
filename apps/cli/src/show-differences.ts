import type { Coping } from '@digame/client/coping'
import type { Allowance, Difference, Sorted } from '@digame/spec-diff'
import { clean, type Style } from './output.ts'

/** A difference, and what the client does about it. */
export type ClientDifference = Difference & Coping

type Paint = (style: Style, text: string) => string

const effects = {
  breaks_request: 'breaks a request',
  breaks_response: 'breaks a response',
  harmless: 'harmless',
} as const

const order = Object.keys(effects)
const width = Math.max(...Object.values(effects).map((words) => words.length))

function styleOf({ effect, clientCopes }: ClientDifference): Style {
  if (effect === 'harmless') return 'dim'
  return clientCopes ? 'yellow' : 'red'
}

/** Differences by operation, the breaking ones first. */
export function differencesText(differences: readonly ClientDifference[], paint: Paint): string {
  const operations = new Set(differences.map(({ operation }) => operation))
  const parts = [...operations].map((operation) => {
    const all = differences.filter((one) => one.operation === operation)
    const endpoint = all[0]?.endpoint
    const sorted = all.toSorted((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect))
    const head = paint('bold', endpoint ? `${endpoint}  ${operation}` : 'the whole service')
    return `${head}\n${sorted.map((one) => differenceText(one, paint)).join('')}`
  })
  return parts.join('\n')
}

function differenceText(one: ClientDifference, paint: Paint): string {
  const { at, message, code, value, effect, clientCopes, client } = one
  const what = [at, message].filter(Boolean).join(' ')
  const name = clean([code, value].filter(Boolean).join(' '))
  const head = `  ${paint(styleOf(one), effects[effect].padEnd(width))}  ${clean(what)}  ${paint('dim', name)}\n`
  if (effect === 'harmless') return head
  return `${head}${' '.repeat(width + 4)}The client ${clientCopes ? 'copes' : 'does not cope'}: ${clean(client)}\n`
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/**
 * How many differences there are of each kind, and which allowances match nothing.
 *
 * Names only those of the user's own list, which the user can remove; the others are counted.
 */
export function summary(
  { unknown, known, unused }: Sorted<ClientDifference>,
  ownList: readonly Allowance[],
): string {
  const count = (effect: Difference['effect']): number =>
    unknown.filter((one) => one.effect === effect).length
  const bad = unknown.filter(({ clientCopes }) => !clientCopes).length
  const kinds = [
    `${count('breaks_request')} in requests`,
    `${count('breaks_response')} in responses`,
    `${count('harmless')} harmless`,
  ]
  const head =
    unknown.length === 0
      ? 'No unknown differences'
      : `${plural(unknown.length, 'unknown difference')} (${kinds.join(', ')}); the client does not cope with ${bad}`
  const rest = known.length > 0 ? `; ${plural(known.length, 'known difference')}, which --strict shows.` : '.'
  const own = unused.filter((one) => ownList.includes(one))
  const named = own.map((one) => `This entry of --allow matches nothing: ${clean(allowanceText(one))}\n`)
  return `${head}${rest}\n${unusedCount(unused.length - own.length)}${named.join('')}`
}

const unusedCount = (count: number): string =>
  count === 0
    ? ''
    : `${count} of digame's own known differences ${count === 1 ? 'is' : 'are'} not in this document; --json lists them as unused.\n`

const allowanceText = ({ reason, ...parts }: Allowance): string =>
  `${Object.values(parts).join(' ')} (${reason})`
