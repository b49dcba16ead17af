/** What the ledger remembers about people, encrypted where it has a key. */
import type { Json, Variables } from '../../records.ts'
import type { Seal } from '../../seal.ts'
import { optionalText, type Row } from './rows.ts'

/** What is kept of a person, as one value. */
export interface Person {
  readonly number: string
  readonly key?: string | undefined
  readonly variables?: Variables | undefined
}

export const encryptPerson = (seal: Seal, person: Person): string => seal.encrypt(JSON.stringify(person))

/** The person in a row's column `data`. After a purge only an empty number is left. */
export function decryptPerson(seal: Seal, row: Row): Person {
  const data = optionalText(row, 'data')
  if (data === undefined) return { number: '' }
  const person: Person = JSON.parse(seal.decrypt(data))
  return person
}

/** Evidence may contain phone numbers, so it is encrypted too. */
export const encryptEvidence = (seal: Seal, evidence: Json | undefined): string | null =>
  evidence === undefined ? null : seal.encrypt(JSON.stringify(evidence))

export function decryptEvidence(seal: Seal, row: Row): Json | undefined {
  const evidence = optionalText(row, 'evidence')
  if (evidence === undefined) return undefined
  const json: Json = JSON.parse(seal.decrypt(evidence))
  return json
}

/** What a skipped row's report shows of it. */
export interface SkippedValues {
  readonly key?: string | undefined
  readonly value?: string | undefined
}

export const encryptSkipped = (seal: Seal, { key, value }: SkippedValues): string =>
  seal.encrypt(JSON.stringify({ key, value }))

/** Empty after a purge. */
export function decryptSkipped(seal: Seal, row: Row): SkippedValues {
  const data = optionalText(row, 'data')
  if (data === undefined) return {}
  const values: SkippedValues = JSON.parse(seal.decrypt(data))
  return values
}
