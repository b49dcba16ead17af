import * as spec from '@digame/spec-diff'
import { expect, it } from 'vitest'

it('the public names are these', () => {
  expect(Object.keys(spec).sort()).toEqual([
    'AllowListError',
    'VendorDocumentError',
    'compareWithVendor',
    'longestText',
    'parseAllowList',
    'sortDifferences',
  ])
})
