import type { Variables } from '../ledger/records.ts'
import { type ConsentFault, consentEnds, consentFault } from '../rules/consent.ts'
import type { Columns, Role } from './columns.ts'
import { readMoment } from './moment.ts'
import { type NumberFault, readNumber } from './number.ts'

/** Why a row cannot be called. */
export type RejectReason =
  | NumberFault
  | ConsentFault
  | 'row_empty'
  | 'row_broken'
  | 'consent_at_unreadable'
  | 'not_before_unreadable'
  | 'expires_at_unreadable'
  | 'expired'
  | 'never_due'

/** A row's cells, as its source has them: text, but for numbers, booleans and dates of objects. */
export interface RawRow {
  readonly line: number
  readonly columns: Columns
  readonly cells: readonly unknown[]
  /** What is wrong with it already. */
  readonly fault?: 'row_empty' | 'row_broken'
}

/** A lead as it is planned, but for its calendar. */
interface Lead {
  readonly number: string
  readonly key?: string
  readonly variables: Variables
  readonly consentAt?: number
  readonly notBefore?: number
  readonly expiresAt?: number
}

export interface ReadRow {
  /** What the row says, for the plan's hash: the same whenever it is read. */
  readonly content: readonly unknown[]
  readonly lead?: Lead
  readonly rejected?: { readonly reason: RejectReason; readonly key?: string; readonly value?: string }
}

export interface LeadRules {
  readonly isCallable: (number: string) => boolean
  readonly needsConsent: boolean
  /** The whole batch's. */
  readonly expiresAt?: number | undefined
  readonly now: number
}

const longestValue = 60

/** Text of a cell; undefined where there is none, null where it is nothing that can be text. */
function textOf(cell: unknown): string | undefined | null {
  if (cell === undefined || cell === null) return undefined
  if (typeof cell === 'string') return cell
  if (typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell)
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : null
  if (cell instanceof Date && !Number.isNaN(cell.getTime())) return cell.toISOString()
  return null
}

const isEmpty = (text: string | undefined | null): boolean => text === undefined || text?.trim() === ''

/** Reads one row. */
export function readRow({ columns, cells, fault: known }: RawRow, rules: LeadRules): ReadRow {
  const { roles, variables: named, unnamed, width } = columns
  const texts = cells.map(textOf)
  const role = (name: Role): string | undefined => {
    const index = roles[name]
    return index === undefined ? undefined : texts[index]?.trim() || undefined
  }
  const key = role('key')
  const raw = texts[roles.number] ?? undefined
  const reject = (reason: RejectReason, value?: string): NonNullable<ReadRow['rejected']> => ({
    reason,
    ...(key !== undefined && { key }),
    ...(value !== undefined && { value: value.slice(0, longestValue) }),
  })

  if (known === 'row_empty' || texts.every(isEmpty))
    return { content: ['row_empty'], rejected: reject('row_empty') }
  const isBroken =
    known !== undefined ||
    cells.length !== width ||
    texts.includes(null) ||
    unnamed.some((index) => !isEmpty(texts[index]))
  if (isBroken) return { content: ['row_broken', texts], rejected: reject('row_broken', raw) }

  const variables = Object.fromEntries(
    named.flatMap(([name, index]) => {
      const text = texts[index]
      return typeof text === 'string' ? [[name, text] as const] : []
    }),
  )
  const read = readNumber(cells[roles.number], rules.isCallable)
  const dates = (['consent_at', 'not_before', 'expires_at'] as const).map((name) => role(name))
  const content = [
    'number' in read ? read.number : (raw ?? null),
    key ?? null,
    dates,
    Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]
  if ('fault' in read) return { content, rejected: reject(read.fault, raw) }

  const [consent, before, end] = dates
  // In doubt a consent is older, and a lead due later and over sooner.
  const consentAt = consent === undefined ? undefined : readMoment(consent, 'earlier')
  const notBefore = before === undefined ? undefined : readMoment(before, 'later')
  const ownEnd = end === undefined ? undefined : readMoment(end, 'earlier')
  if (consent !== undefined && consentAt === undefined)
    return { content, rejected: reject('consent_at_unreadable', consent) }
  if (before !== undefined && notBefore === undefined)
    return { content, rejected: reject('not_before_unreadable', before) }
  if (end !== undefined && ownEnd === undefined)
    return { content, rejected: reject('expires_at_unreadable', end) }

  const fault = rules.needsConsent ? consentFault(consentAt, rules.now) : undefined
  if (fault !== undefined) return { content, rejected: reject(fault, consent) }
  const consentEnd = rules.needsConsent && consentAt !== undefined ? consentEnds(consentAt) : undefined
  const ends = [ownEnd, rules.expiresAt, consentEnd].filter((at) => at !== undefined)
  const expiresAt = ends.length > 0 ? Math.min(...ends) : undefined
  if (expiresAt !== undefined && expiresAt <= rules.now) return { content, rejected: reject('expired', end) }
  if (expiresAt !== undefined && notBefore !== undefined && expiresAt <= notBefore) {
    return { content, rejected: reject('never_due', before) }
  }
  const lead: Lead = {
    number: read.number,
    variables,
    ...(key !== undefined && { key }),
    ...(consentAt !== undefined && { consentAt }),
    ...(notBefore !== undefined && { notBefore }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
  return { content, lead }
}
