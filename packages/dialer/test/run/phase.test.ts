import { describe, expect, test } from 'vitest'
import { isHalted, nextPhase, type Phase, type PhaseFact } from '../../src/run/phase.ts'

const facts = ['matches', 'behind', 'taken_over', 'halted', 'adopted', 'aborted', 'lease_lost'] as const

const stays = undefined

/** The next phase for each phase (row) and fact (column, in the order of `facts`). */
const table: readonly (readonly [Phase, readonly (Phase | undefined)[]])[] = [
  ['unchecked', ['placing', 'halted', stays, 'halted_unchecked', stays, 'leaving', 'fenced']],
  ['placing', [stays, stays, 'unchecked', 'halted', stays, 'leaving', 'fenced']],
  ['halted', [stays, stays, 'halted_unchecked', stays, 'placing', 'leaving', 'fenced']],
  ['halted_unchecked', [stays, stays, stays, stays, 'unchecked', 'leaving', 'fenced']],
  ['leaving', [stays, stays, stays, stays, stays, stays, 'fenced']],
  ['fenced', [stays, stays, stays, stays, stays, stays, stays]],
]
const steps = table.flatMap(([phase, row]) =>
  facts.map((fact, index) => [phase, fact, row[index] ?? phase] as const),
)

test.each(steps)('%s, then %s, is %s', (phase, fact, next) => {
  expect(nextPhase(phase, fact)).toBe(next)
})

describe('a session places calls only after a comparison', () => {
  const run = (...sequence: PhaseFact[]): Phase => sequence.reduce<Phase>(nextPhase, 'unchecked')

  test('that finds nothing forgotten', () => {
    expect(run('matches')).toBe('placing')
    expect(run('behind')).toBe('halted')
    expect(run('adopted')).toBe('unchecked')
  })

  test('and after another one once attempts were taken over, even if the ledger was halted meanwhile', () => {
    expect(run('matches', 'taken_over')).toBe('unchecked')
    expect(run('matches', 'halted', 'taken_over', 'adopted')).toBe('unchecked')
    expect(run('halted', 'adopted')).toBe('unchecked')
  })

  test('which an adoption does not repeat', () => {
    expect(run('matches', 'halted', 'adopted')).toBe('placing')
    expect(run('behind', 'adopted')).toBe('placing')
  })
})

test('nothing brings back a session that has lost its lease', () => {
  for (const fact of facts) expect(nextPhase('fenced', fact)).toBe('fenced')
})

test('two phases are halted', () => {
  expect(table.map(([phase]) => phase).filter(isHalted)).toEqual(['halted', 'halted_unchecked'])
})
