export {
  type Allowance,
  type Allowed,
  AllowListError,
  parseAllowList,
  type Sorted,
  sortDifferences,
} from '../../packages/spec-diff/src/allow.ts'
export { compareWithVendor } from '../../packages/spec-diff/src/compare.ts'
export type { Difference, DifferenceCode, Effect, Operation } from '../../packages/spec-diff/src/difference.ts'
export type { $defs, components, operations, paths, webhooks } from './schema.ts'
export { longestText } from '../../packages/spec-diff/src/text.ts'
export { VendorDocumentError, type VendorDocumentErrorCode } from '../../packages/spec-diff/src/vendor-error.ts'
