/** Judges every mutant of the spec, or those whose names hold the words given, and prints the score. */
import document from '@digame/spec/openapi.json' with { type: 'json' }
import { mutantsOf } from './mutants.ts'
import { judgeAll } from './run.ts'
import { complaintsOf, tableOf } from './score.ts'
import { survivors } from './survivors.ts'

const words = process.argv.slice(2).join(' ')
const all = mutantsOf(document)
const chosen = all.filter(({ name }) => name.includes(words))
if (chosen.length === 0) {
  process.stderr.write(`No mutant has "${words}" in its name.\n`)
  process.exit(2)
}
const judged = await judgeAll(chosen)
if (words !== '') {
  for (const { mutant, verdict } of judged) {
    const { killedBy, why = '' } = verdict
    process.stdout.write(
      `${mutant.name}\n    ${killedBy ?? 'survives'}  ${why.replace(/\s+/g, ' ').slice(0, 160)}\n`,
    )
  }
  process.stdout.write('\n')
}
process.stdout.write(tableOf(judged))
const complaints = complaintsOf(judged, survivors, all)
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
process.exitCode = complaints.length > 0 ? 1 : 0
