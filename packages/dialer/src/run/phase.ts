/**
 * The phases of a session: what it may do between joining the ledger and leaving it.
 *
 * | phase            | what the session does                     | fact          | next phase       |
 * | ---------------- | ----------------------------------------- | ------------- | ---------------- |
 * | unchecked        | compares the service's calls with the     | matches       | placing          |
 * |                  | ledger; claims nothing                    | behind        | halted           |
 * |                  |                                           | halted        | halted_unchecked |
 * | placing          | claims leads and places calls; ends when  | taken_over    | unchecked        |
 * |                  | no lead is left                           | halted        | halted           |
 * | halted           | claims nothing; ends when none of its     | adopted       | placing          |
 * |                  | calls is left                             | taken_over    | halted_unchecked |
 * | halted_unchecked | as halted                                 | adopted       | unchecked        |
 * | leaving          | waits for its requests; leaves its calls  |               |                  |
 * |                  | to the next runner                        |               |                  |
 * | fenced           | as leaving; then the run joins again      |               |                  |
 * | all but fenced   |                                           | aborted       | leaving          |
 * | all              |                                           | lease_lost    | fenced           |
 *
 * A fact that is not listed for a phase does not change it. Facts about attempts are recorded in every phase. Until it leaves or
 * is fenced, the session also follows its calls and decides what becomes of leads. Only `placing` claims and sends.
 */

export type Phase = 'unchecked' | 'placing' | 'halted' | 'halted_unchecked' | 'leaving' | 'fenced'

/**
 * What can move a session to another phase.
 *
 * - `matches`, `behind`: the result of comparing the service's calls with the ledger, once they were listed completely.
 * - `taken_over`: attempts of a dead runner were taken over, and one of them may have a call.
 * - `halted`, `adopted`: the ledger is halted, or is not.
 * - `aborted`: the run's signal.
 * - `lease_lost`: somebody else may hold the ledger now.
 */
export type PhaseFact = 'matches' | 'behind' | 'taken_over' | 'halted' | 'adopted' | 'aborted' | 'lease_lost'

const ends = { aborted: 'leaving', lease_lost: 'fenced' } as const

const transitions: Readonly<Record<Phase, Readonly<Partial<Record<PhaseFact, Phase>>>>> = {
  unchecked: { matches: 'placing', behind: 'halted', halted: 'halted_unchecked', ...ends },
  placing: { taken_over: 'unchecked', halted: 'halted', ...ends },
  halted: { adopted: 'placing', taken_over: 'halted_unchecked', ...ends },
  halted_unchecked: { adopted: 'unchecked', ...ends },
  leaving: { lease_lost: 'fenced' },
  fenced: {},
}

/** The phase that follows from a fact. */
export const nextPhase = (phase: Phase, fact: PhaseFact): Phase => transitions[phase][fact] ?? phase

/** Whether nothing may be placed before a person has adopted the ledger. */
export const isHalted = (phase: Phase): boolean => phase === 'halted' || phase === 'halted_unchecked'
