import { DialerInputError } from '../errors.ts'
import { maskNumber } from '../mask.ts'

/** What a column can be, beside a variable. */
export type Role = 'number' | 'key' | 'consent_at' | 'not_before' | 'expires_at'

/** Which column is what, where its name does not say it; `{ number: 'Contacto' }`. */
export type ColumnNames = { readonly [role in Role]?: string }

/** The columns of a source, by their places. */
export interface Columns {
  readonly roles: { readonly number: number } & { readonly [role in Role]?: number }
  readonly variables: readonly (readonly [name: string, index: number])[]
  /** Columns without a name; they must be empty. */
  readonly unnamed: readonly number[]
  readonly width: number
}

const numberNames = new Set(
  (
    'tonumber phone phonenumber telephone telephonenumber telefono tel tlf tlfn tlfno tfno numerodetelefono numerotelefono ' +
    'movil telefonomovil numeromovil mobile mobilephone mobilenumber cellphone celular telefonodecontacto telefonocontacto'
  ).split(' '),
)

const ownNames: Readonly<Record<string, Role>> = {
  key: 'key',
  consentat: 'consent_at',
  notbefore: 'not_before',
}

/** Placeholders that the service fills itself; what it does with a value of ours is not documented. */
export const filledByService: ReadonlySet<string> = new Set([
  'agent_name',
  'user_phone_number',
  'current_time',
])

const reserved = 'digame_key'

const plain = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')

/** A name as it may stand in a message: a first line that is no header can hold numbers. */
const shown = (name: string): string =>
  JSON.stringify(/\d(?:\D?\d){6}/.test(name) ? maskNumber(name) : name.slice(0, 40))

const list = (names: readonly string[]): string => {
  const some = names.slice(0, 12).map(shown).join(', ')
  return names.length > 12 ? `${some} …` : some
}

const refuse = (message: string): never => {
  throw new DialerInputError('BAD_HEADER', message)
}

function mapped(names: readonly string[], columns: ColumnNames): Map<number, Role> {
  const roles = new Map<number, Role>()
  for (const [role, name] of Object.entries(columns) as [Role, string | undefined][]) {
    if (name === undefined) continue
    let at = names.indexOf(name.trim())
    if (at < 0) at = names.findIndex((other) => other !== '' && plain(other) === plain(name))
    if (at < 0) refuse(`There is no column ${shown(name)} for ${role}; the columns are ${list(names)}.`)
    if (roles.has(at)) refuse(`The column ${shown(name)} is mapped twice: give each column one meaning.`)
    roles.set(at, role)
  }
  return roles
}

function guessed(names: readonly string[], roles: Map<number, Role>): void {
  const given = new Set(roles.values())
  const find = (role: Role, isIt: (name: string) => boolean): void => {
    if (given.has(role)) return
    const found = names.flatMap((name, index) => (!roles.has(index) && isIt(plain(name)) ? [index] : []))
    if (found.length > 1) {
      const which = list(found.map((index) => names[index] ?? ''))
      refuse(`Columns ${which} could each be the ${role}: say which one with columns: { ${role}: … }.`)
    }
    if (found[0] !== undefined) roles.set(found[0], role)
  }
  find('number', (name) => numberNames.has(name))
  for (const [own, role] of Object.entries(ownNames)) find(role, (name) => name === own)
}

/**
 * Says what each column is, by the names that are given or by its own; all others are variables.
 *
 * @throws DialerInputError `BAD_HEADER`: no column or several for the number, a name twice, a name that is reserved
 */
export function readHeader(header: readonly string[], columns: ColumnNames = {}): Columns {
  const names = header.map((name) => name.trim())
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) < index)
  if (twice !== undefined) refuse(`The column ${shown(twice)} is there twice: give each column its own name.`)
  if (names.includes(reserved)) {
    refuse(`The column ${shown(reserved)} is the idempotency key, which the ledger gives: name it otherwise.`)
  }
  const roles = mapped(names, columns)
  guessed(names, roles)
  const byRole = Object.fromEntries([...roles].map(([index, role]) => [role, index]))
  const { number } = byRole
  if (number === undefined) {
    return refuse(
      `No column is the number: name one to_number, phone or teléfono, or say columns: { number: … }; the columns are ${list(names)}.`,
    )
  }
  const others = names.flatMap((name, index) => (roles.has(index) ? [] : [[name, index] as const]))
  return {
    roles: { ...byRole, number },
    variables: others.filter(([name]) => name !== ''),
    unnamed: others.filter(([name]) => name === '').map(([, index]) => index),
    width: names.length,
  }
}
