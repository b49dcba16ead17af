/** The checks of the contract, judged by changed contracts: they must notice nearly every change. */
import { expect, test } from 'vitest'
import { contractChecks } from '../contract/checks/contract-checks.ts'
import { spec } from '../contract/document.ts'
import { expectNone } from '../contract/expect-none.ts'
import type { Verdict } from './judge.ts'
import { judgeAll } from './judge-all.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { complaintsOf, leastScore, scoreOf, spread, tableOf } from './score.ts'
import { survivors } from './survivors.ts'

const all = mutantsOf(spec)
const unchanged = JSON.stringify(spec)

test('each mutant is one change with a name of its own', () => {
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
  for (const { name, document: changed } of all) expect(JSON.stringify(changed()), name).not.toBe(unchanged)
  expect(mutantsOf(spec).map(({ name }) => name)).toEqual(all.map(({ name }) => name))
  expect(JSON.stringify(spec)).toBe(unchanged)
})

test('the checks kill one in six mutants of each kind, and pass the spec itself', async () => {
  const control = (name: string, document: Mutant['document']): Mutant => ({ name, operator: name, document })
  const controls = [control('unchanged', () => spec), control('broken', () => ({}))]
  const chosen = spread(all, 6)
  expect(all.length).toBeGreaterThan(500)
  expect(chosen.length).toBeGreaterThan(80)
  const listed = all.filter((mutant) => mutant.name in survivors && !chosen.includes(mutant))
  const judged = await judgeAll([...controls, ...chosen, ...listed])

  const verdictOn = (name: string) => judged.find(({ mutant }) => mutant.name === name)?.verdict
  // Every check ran, and passed.
  expect(verdictOn('unchanged')).toEqual({ result: 'survived', passed: contractChecks(spec).length })
  // A document that breaks the judge is not killed by it.
  expect(verdictOn('broken')).toMatchObject({ result: 'crashed' })

  const mutants = judged.filter(({ mutant }) => all.includes(mutant))
  process.stdout.write(tableOf(mutants))
  expectNone(complaintsOf(mutants, survivors, all))
  // Nothing survives without being listed, so the length of the list is the score of all.
  expect(1 - Object.keys(survivors).length / all.length).toBeGreaterThanOrEqual(leastScore)
}, 900_000)

test('the survivors and their list must agree', () => {
  const verdicts: Record<string, Verdict> = {
    a: { passed: 1, result: 'survived' },
    b: { passed: 1, result: 'killed', by: 'types', why: 'no' },
    c: { passed: 1, result: 'crashed', why: 'types: no' },
    d: { passed: 1, result: 'survived' },
  }
  const judged = Object.entries(verdicts).map(([name, verdict]) => ({
    mutant: { name, operator: 'x', document: () => ({}) },
    verdict,
  }))
  const mutants = judged.map(({ mutant }) => mutant)
  expect(complaintsOf(judged, { b: 'why', d: 'why', e: 'why' }, mutants)).toEqual([
    '"e" is listed as a survivor, but there is no such mutant',
    '"a" survives: add a check that kills it, or a reason to mutation/survivors.ts',
    '"b" is listed as a survivor, but types kills it',
    '"c" broke its judge: types: no',
  ])
  expect(scoreOf(judged)).toBe(0.25)
})

test('a spread has something of every kind of change', () => {
  const items = [...'aaaaabbc'].map((operator, index) => ({ operator, index }))
  expect(spread(items, 4).map(({ index }) => index)).toEqual([0, 4, 5, 7])
  expect(new Set(spread(all, 6).map(({ operator }) => operator))).toEqual(
    new Set(all.map(({ operator }) => operator)),
  )
})
