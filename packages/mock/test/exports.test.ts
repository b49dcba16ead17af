import * as mock from '@digame/mock'
import { expect, it } from 'vitest'

it('the public names are these', () => {
  expect(Object.keys(mock).sort()).toEqual(['createMock', 'serveMock', 'testNumbers'])
})
