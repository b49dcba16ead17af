export {
  type Allowance,
  type Allowed,
  AllowListError,
  parseAllowList,
  type Sorted,
  sortDifferences,
} from './allow.ts'
export { compareWithVendor } from './compare.ts'
export type { DescribedBody, Difference, DifferenceCode, Effect, Operation } from './difference.ts'
export { longestText } from './document/parse-text.ts'
export { VendorDocumentError, type VendorDocumentErrorCode } from './errors.ts'
