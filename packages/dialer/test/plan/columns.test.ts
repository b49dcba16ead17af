import { describe, expect, test } from 'vitest'
import { readHeader } from '../../src/plan/columns.ts'

test.each([
  'to_number',
  'phone',
  'Phone Number',
  'telefono',
  'Teléfono',
  'TELÉFONO MÓVIL',
  'móvil',
  'movil',
  'Tel.',
  'Tlf',
  'mobile',
  'Número de teléfono',
])('%s is the number', (name) => {
  expect(readHeader(['nombre', ` ${name} `])).toEqual({
    roles: { number: 1 },
    variables: [['nombre', 0]],
    unnamed: [],
    width: 2,
  })
})

test('key, consent_at and not_before are known, all others are variables', () => {
  expect(
    readHeader(['phone', 'Key', 'consent_at', 'not-before', 'expires_at', 'Nombre del cliente']),
  ).toEqual({
    roles: { number: 0, key: 1, consent_at: 2, not_before: 3 },
    variables: [
      ['expires_at', 4],
      ['Nombre del cliente', 5],
    ],
    unnamed: [],
    width: 6,
  })
})

test('columns are mapped by name, letter case and accents apart', () => {
  expect(
    readHeader(['Contacto', 'phone', 'Alta'], { number: 'contacto', consent_at: 'Alta', key: 'phone' }),
  ).toEqual({
    roles: { number: 0, key: 1, consent_at: 2 },
    variables: [],
    unnamed: [],
    width: 3,
  })
})

test('a column without a name is not a variable', () => {
  expect(readHeader(['phone', '', ''])).toMatchObject({ variables: [], unnamed: [1, 2], width: 3 })
})

test('variables may be named like members of every object', () => {
  expect(readHeader(['phone', '__proto__', 'constructor']).variables).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ])
})

describe('one clear error', () => {
  test.each([
    [['nombre', 'ciudad'], {}, 'No column holds the number: name one to_number, phone or teléfono'],
    [['nombre', 'ciudad'], {}, 'the columns are "nombre", "ciudad".'],
    [['móvil', 'teléfono'], {}, 'Columns "móvil", "teléfono" could each be the number: choose one'],
    [['phone', 'a', 'a '], {}, 'The column "a" appears twice'],
    [['phone', 'digame_key'], {}, '"digame_key" is reserved for the idempotency key'],
    [['phone'], { number: 'Contacto' }, 'There is no column "Contacto" for number; the columns are "phone".'],
    [['phone', 'b'], { key: 'b', consent_at: 'B' }, '"B" is mapped twice'],
    [['key', 'KEY', 'phone'], {}, 'could each be the key'],
  ])('%j with %j: %s', (header, columns, message) => {
    expect(() => readHeader(header, columns)).toThrow(message)
  })

  test('masks a number in a first line that is not a header', () => {
    expect(() => readHeader(['+34612345678', 'Ana'])).toThrow('the columns are "+346******78", "Ana".')
  })
})
