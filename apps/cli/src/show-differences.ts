import type { Allowance, Difference, Sorted } from '@digame/spec-diff'
import { clean, type Style } from './output.ts'

type Paint = (style: Style, text: string) => string

const effects = {
  breaks_request: 'breaks a request',
  breaks_response: 'breaks an answer',
  harmless: 'harmless',
} as const

const order = Object.keys(effects)

function styleOf({ effect, clientCopes }: Difference): Style {
  if (effect === 'harmless') return 'dim'
  return clientCopes ? 'yellow' : 'red'
}

/** Differences by operation, those that hurt first. */
export function differencesText(differences: readonly Difference[], paint: Paint): string {
  const operations = [...new Set(differences.map(({ operation }) => operation))]
  const parts = operations.map((operation) => {
    const all = differences.filter((one) => one.operation === operation)
    const { endpoint } = all[0] as Difference
    const sorted = all.toSorted((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect))
    const head = paint('bold', endpoint ? `${endpoint}  ${operation}` : 'the whole service')
    return `${head}\n${sorted.map((one) => difference(one, paint)).join('')}`
  })
  return parts.join('\n')
}

function difference(one: Difference, paint: Paint): string {
  const { at, message, code, value, effect, clientCopes, client } = one
  const what = [at, message].filter(Boolean).join(' ')
  const head = `  ${paint(styleOf(one), effects[effect].padEnd(16))}  ${clean(what)}  ${paint('dim', clean([code, value].filter(Boolean).join(' ')))}\n`
  if (effect === 'harmless') return head
  return `${head}${' '.repeat(20)}The client ${clientCopes ? 'copes' : 'does not cope'}: ${clean(client)}\n`
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** How many there are of each kind, and which known ones have gone. */
export function summary({ unknown, known, unused }: Sorted): string {
  const count = (effect: Difference['effect']): number =>
    unknown.filter((one) => one.effect === effect).length
  const bad = unknown.filter(({ clientCopes }) => !clientCopes).length
  const kinds = [
    `${count('breaks_request')} of requests`,
    `${count('breaks_response')} of answers`,
    `${count('harmless')} harmless`,
  ]
  const head =
    unknown.length === 0
      ? 'No unknown differences'
      : `${plural(unknown.length, 'unknown difference')} (${kinds.join(', ')}); the client does not cope with ${bad}`
  const rest = known.length > 0 ? `; ${plural(known.length, 'known one')}, which --strict shows.` : '.'
  return `${head}${rest}\n${unused.map((one) => `Matches nothing any more: ${clean(allowance(one))}\n`).join('')}`
}

const allowance = ({ reason, ...parts }: Allowance): string => `${Object.values(parts).join(' ')} (${reason})`
