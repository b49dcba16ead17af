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

/** The cells of a row as they are in the source: text in a CSV file, any value in an object. */
export interface RawRow {
  readonly line: number
  readonly columns: Columns
  readonly cells: readonly unknown[]
  /** What the source has found wrong with the row. */
  readonly fault?: 'row_empty' | 'row_broken'
}

/** A lead before it has its calendar. */
interface Lead {
  readonly number: string
  readonly key?: string
  readonly variables: Variables
  readonly consentAt?: number
  readonly notBefore?: number
  readonly expiresAt?: number
}

export interface ReadRow {
  /** The content of the row, for the plan's hash: it does not depend on when the row is read. */
  readonly content: readonly unknown[]
  readonly lead?: Lead
  readonly rejected?: { readonly reason: RejectReason; readonly key?: string; readonly value?: string }
}

export interface LeadRules {
  readonly isCallable: (number: string) => boolean
  readonly needsConsent: boolean
  /** When the whole batch expires. */
  readonly expiresAt?: number | undefined
  readonly now: number
}

const longestValue = 60

/** The text of a cell; undefined if it has none, null if its value cannot be written as text. */
function textOf(cell: unknown): string | undefined | null {
  if (cell === undefined || cell === null) return undefined
  if (typeof cell === 'string') return cell
  if (typeof cell === 'boolean' || typeof cell === 'bigint') return String(cell)
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : null
  if (cell instanceof Date && !Number.isNaN(cell.getTime())) return cell.toISOString()
  return null
}

const isEmpty = (text: string | undefined | null): boolean => text === undefined || text?.trim() === ''

interface RowDates {
  readonly consentAt: number | undefined
  readonly notBefore: number | undefined
  readonly expiresAt: number | undefined
}

interface Rejection {
  readonly reason: RejectReason
  readonly value?: string | undefined
}

/** Reads the dates of a row, and checks them against each other, the batch and the time of the plan. */
function readDates(
  [consent, before, end]: readonly (string | undefined)[],
  { needsConsent, expiresAt: batchEnd, now }: LeadRules,
): RowDates | Rejection {
  // In doubt a consent is older, and a lead is due later and expires sooner.
  const consentAt = consent === undefined ? undefined : readMoment(consent, 'earlier')
  const notBefore = before === undefined ? undefined : readMoment(before, 'later')
  const ownEnd = end === undefined ? undefined : readMoment(end, 'earlier')
  if (consent !== undefined && consentAt === undefined)
    return { reason: 'consent_at_unreadable', value: consent }
  if (before !== undefined && notBefore === undefined)
    return { reason: 'not_before_unreadable', value: before }
  if (end !== undefined && ownEnd === undefined) return { reason: 'expires_at_unreadable', value: end }

  const fault = needsConsent ? consentFault(consentAt, now) : undefined
  if (fault !== undefined) return { reason: fault, value: consent }
  const consentEnd = needsConsent && consentAt !== undefined ? consentEnds(consentAt) : undefined
  const ends = [ownEnd, batchEnd, consentEnd].filter((at) => at !== undefined)
  const expiresAt = ends.length > 0 ? Math.min(...ends) : undefined
  if (expiresAt !== undefined && expiresAt <= now) return { reason: 'expired', value: end }
  if (expiresAt !== undefined && notBefore !== undefined && expiresAt <= notBefore)
    return { reason: 'never_due', value: before }
  return { consentAt, notBefore, expiresAt }
}

const compact = (dates: RowDates): Pick<Lead, keyof RowDates> => ({
  ...(dates.consentAt !== undefined && { consentAt: dates.consentAt }),
  ...(dates.notBefore !== undefined && { notBefore: dates.notBefore }),
  ...(dates.expiresAt !== undefined && { expiresAt: dates.expiresAt }),
})

/** Reads one row into a lead, or the reason why it cannot be called. */
export function readRow({ columns, cells, fault }: RawRow, rules: LeadRules): ReadRow {
  const { roles, variables: named, unnamed, width } = columns
  const texts = cells.map(textOf)
  const role = (name: Role): string | undefined => {
    const index = roles[name]
    return index === undefined ? undefined : texts[index]?.trim() || undefined
  }
  const key = role('key')
  const raw = texts[roles.number] ?? undefined
  const rejectAs = ({ reason, value }: Rejection): NonNullable<ReadRow['rejected']> => ({
    reason,
    ...(key !== undefined && { key }),
    ...(value !== undefined && { value: value.slice(0, longestValue) }),
  })

  if (fault === 'row_empty' || texts.every(isEmpty))
    return { content: ['row_empty'], rejected: rejectAs({ reason: 'row_empty' }) }
  const isBroken =
    fault !== undefined ||
    cells.length !== width ||
    texts.includes(null) ||
    unnamed.some((index) => !isEmpty(texts[index]))
  if (isBroken)
    return { content: ['row_broken', texts], rejected: rejectAs({ reason: 'row_broken', value: raw }) }

  const variables = Object.fromEntries(
    named.flatMap(([name, index]) => {
      const text = texts[index]
      return typeof text === 'string' ? [[name, text] as const] : []
    }),
  )
  const read = readNumber(cells[roles.number], rules.isCallable)
  const dateTexts = (['consent_at', 'not_before', 'expires_at'] as const).map((name) => role(name))
  const content = [
    'number' in read ? read.number : (raw ?? null),
    key ?? null,
    dateTexts,
    Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]
  if ('fault' in read) return { content, rejected: rejectAs({ reason: read.fault, value: raw }) }
  const dates = readDates(dateTexts, rules)
  if ('reason' in dates) return { content, rejected: rejectAs(dates) }
  const { number } = read
  return { content, lead: { number, variables, ...(key !== undefined && { key }), ...compact(dates) } }
}
