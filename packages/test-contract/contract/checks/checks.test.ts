/** The spec, the mock and the client, against every check of the contract. */
import { describe, test } from 'vitest'
import { spec } from '../document.ts'
import { contractChecks } from './contract-checks.ts'

const checks = contractChecks(spec)

describe.each([...new Set(checks.map(({ suite }) => suite))])('%s', (suite) => {
  for (const { name, run } of checks.filter((check) => check.suite === suite)) test(name, run)
})
