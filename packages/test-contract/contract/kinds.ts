/** Kinds of values, each with samples that belong to it and samples that do not. */

/** A value, and how it differs from the plainest value of its kind. */
export interface Sample {
  readonly what: string
  readonly value: unknown
}

export interface Kind {
  /** The plainest first. */
  readonly good: readonly Sample[]
  readonly bad: readonly Sample[]
}

/** A field that may be absent. */
export interface Optional {
  readonly optional: Kind
}

export type Fields = Readonly<Record<string, Kind | Optional>>

const sample = (value: unknown): Sample => ({ what: JSON.stringify(value), value })
const kind = (good: readonly unknown[], bad: readonly unknown[]): Kind => ({
  good: good.map(sample),
  bad: [...bad, null].map(sample),
})

export const text: Kind = kind(['Ana', ''], [7, true, {}, []])
export const whole: Kind = kind([1, 0], ['1', 1.5, true, {}])
export const flag: Kind = kind([true, false], ['true', 1, {}])
export const record: Kind = kind([{ a: 'b' }, {}, { n: 3, deep: { list: [] } }], ['a', 7, true, []])
export const uuid: Kind = kind(['7c3b2c1e-6a53-4b0f-8f4e-2d9a0f6c1a01'], ['7', '', 7, {}])
export const moment: Kind = kind(
  ['2026-07-22T10:00:00Z', '2026-07-22T10:00:00.654321Z', '2026-07-22T12:00:00+02:00'],
  ['yesterday', '2026-07-22', '', 7, {}],
)
export const oneOf = (...values: readonly string[]): Kind => kind(values, ['something_new', '', 7, {}])
export const matching = (good: readonly string[], bad: readonly string[]): Kind =>
  kind(good, [...bad, '', 7, {}])

/** A kind that null belongs to, too. */
export const orNull = ({ good, bad }: Kind): Kind => ({
  good: [...good, sample(null)],
  bad: bad.filter(({ value }) => value !== null),
})

export const optional = (of: Kind): Optional => ({ optional: of })

export const listOf = ({ good, bad }: Kind): Kind => {
  const within = ({ what, value }: Sample) => ({ what: `[${what}]`, value: [value] })
  return {
    good: [...good.map(within), sample([])],
    bad: [...bad.map(within), ...['a', 7, {}, null].map(sample)],
  }
}

/** An object with these fields. A reader must accept an object with further fields, so that is a good sample. */
export function shape(fields: Fields): Kind {
  const entries = Object.entries(fields).map(([name, field]) =>
    'optional' in field ? { name, of: field.optional, required: false } : { name, of: field, required: true },
  )
  const whole = Object.fromEntries(entries.map(({ name, of }) => [name, of.good[0]?.value]))
  const without = (name: string) => {
    const { [name]: _, ...rest } = whole
    return { what: `without ${name}`, value: rest }
  }
  const withIn = (name: string, { what, value }: Sample) => ({
    what: `${name} ${what}`,
    value: { ...whole, [name]: value },
  })
  const required = entries.filter(({ required }) => required)
  return {
    good: [
      { what: 'everything', value: whole },
      {
        what: 'only what is required',
        value: Object.fromEntries(required.map(({ name }) => [name, whole[name]])),
      },
      { what: 'one field more', value: { ...whole, something_new: 1 } },
      ...entries.filter(({ required }) => !required).map(({ name }) => without(name)),
      ...entries.flatMap(({ name, of }) => of.good.map((one) => withIn(name, one))),
    ],
    bad: [
      ...required.map(({ name }) => without(name)),
      ...entries.flatMap(({ name, of }) => of.bad.map((one) => withIn(name, one))),
      ...['a', 7, [], null].map(sample),
    ],
  }
}
