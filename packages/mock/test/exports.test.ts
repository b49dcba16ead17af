import * as mock from '@digame/mock'
import { expect, it } from 'vitest'

it('exports these names', () => {
  expect(Object.keys(mock).sort()).toEqual(['createMock', 'serveMock', 'testNumbers'])
})
