import { maskNumber } from '@digame/internal'
import { DialerInputError } from '../errors.ts'

const columnRoles = ['number', 'key', 'consent_at', 'not_before', 'expires_at'] as const

/** What a column can mean. Every other column is a variable of the call. */
export type Role = (typeof columnRoles)[number]

/** The names of columns whose meaning their name does not show, such as `{ number: 'Contacto' }`. */
export type ColumnNames = { readonly [role in Role]?: string }

/** The columns of a source, by their index. */
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

/** Variables that the service fills itself. What it does with a value that we send for one is not documented. */
const filledByService: ReadonlySet<string> = new Set(['agent_name', 'user_phone_number', 'current_time'])

export const isFilledByService = (variable: string): boolean =>
  filledByService.has(variable) || variable.startsWith('current_time[')

const reserved = 'digame_key'

/** Whether a variable is named like an expiry date. It stays a variable, because it may be the date of an offer, unless `columns` names it. */
export const isNamedLikeExpiry = (variable: string): boolean => simplify(variable) === 'expiresat'

const simplify = (name: string): string =>
  name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')

/** Quotes a name for a message. It is masked if it holds a number, as the first line may be a lead instead of a header. */
const quoteName = (name: string): string =>
  JSON.stringify(/\d(?:\D?\d){6}/.test(name) ? maskNumber(name) : name.slice(0, 40))

const quoteNames = (names: readonly string[]): string => {
  const some = names.slice(0, 12).map(quoteName).join(', ')
  return names.length > 12 ? `${some} …` : some
}

const refuse = (message: string): never => {
  throw new DialerInputError('BAD_HEADER', message)
}

/** Finds the columns that are named in the options. */
function mapNamedColumns(names: readonly string[], columns: ColumnNames): Map<number, Role> {
  const roles = new Map<number, Role>()
  for (const role of columnRoles) {
    const name = columns[role]
    if (name === undefined) continue
    let at = names.indexOf(name.trim())
    if (at < 0) at = names.findIndex((other) => other !== '' && simplify(other) === simplify(name))
    if (at < 0)
      refuse(`There is no column ${quoteName(name)} for ${role}; the columns are ${quoteNames(names)}.`)
    if (roles.has(at)) refuse(`The column ${quoteName(name)} is mapped twice: give each column one meaning.`)
    roles.set(at, role)
  }
  return roles
}

/** Adds the columns whose own names show what they mean. */
function addKnownColumns(names: readonly string[], roles: Map<number, Role>): void {
  const named = new Set(roles.values())
  const find = (role: Role, matches: (name: string) => boolean): void => {
    if (named.has(role)) return
    const found = names.flatMap((name, index) =>
      !roles.has(index) && matches(simplify(name)) ? [index] : [],
    )
    if (found.length > 1) {
      const which = quoteNames(found.map((index) => names[index] ?? ''))
      refuse(`Columns ${which} could each be the ${role}: choose one with columns: { ${role}: … }.`)
    }
    if (found[0] !== undefined) roles.set(found[0], role)
  }
  find('number', (name) => numberNames.has(name))
  for (const [own, role] of Object.entries(ownNames)) find(role, (name) => name === own)
}

/**
 * Finds out what each column means, from the names in the options or from its own name. The rest are variables.
 *
 * @throws DialerInputError `BAD_HEADER`: no column or several could be the number, a name is used twice, or one is reserved
 */
export function readHeader(header: readonly string[], columns: ColumnNames = {}): Columns {
  const names = header.map((name) => name.trim())
  const twice = names.find((name, index) => name !== '' && names.indexOf(name) < index)
  if (twice !== undefined)
    refuse(`The column ${quoteName(twice)} appears twice: give each column its own name.`)
  if (names.includes(reserved)) {
    refuse(`The column ${quoteName(reserved)} is reserved for the idempotency key: rename it.`)
  }
  const roles = mapNamedColumns(names, columns)
  addKnownColumns(names, roles)
  const byRole = Object.fromEntries([...roles].map(([index, role]) => [role, index]))
  const { number } = byRole
  if (number === undefined) {
    return refuse(
      `No column holds the number: name one to_number, phone or teléfono, or give columns: { number: … }; the columns are ${quoteNames(names)}.`,
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
